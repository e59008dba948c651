# The application: what nginx inside passes on. It is named as upstream's service; it is no Puma, and no Rails.
require "webrick"
require_relative "access"
require_relative "api"
require_relative "health"

module Standin
  class Application < WEBrick::HTTPServlet::AbstractServlet
    def service(request, response)
      response["X-Request-Id"] = SecureRandom.uuid
      status, headers, body = answer(Request.new(request))
      response.status = status
      headers.each { |name, value| response[name] = value.to_s }
      response.body = body.is_a?(String) ? body : JSON.generate(body)
    end

    private

    def answer(request)
      case request.path
      when %r{\A/-/(health|liveness|readiness)\z} then Health.answer($1, request)
      when "/-/git-access" then Access.git(request)
      when %r{\A/api/v4/} then Api.answer(request)
      when "/" then [302, { "Location" => "#{request.base}/users/sign_in" }, ""]
      when "/users/sign_in" then page("Sign in")
      when "/users/sign_up" then sign_up(request)
      when "/help" then page("Help")
      else [404, { "Content-Type" => "text/html" }, "<h1>404: Page not found</h1>"]
      end
    rescue StandardError => e
      warn "#{e.class}: #{e.message}", e.backtrace.first(5)
      [500, { "Content-Type" => "application/json" }, { "message" => "500 Internal Server Error" }]
    end

    def sign_up(request)
      return page("Register") if ApplicationSettings.current["signup_enabled"]

      [302, { "Location" => "#{request.base}/users/sign_in" }, ""]
    end

    def page(title)
      text = "<!doctype html><html lang=en><title>#{title}: a stand-in</title><h1>#{title}</h1>" \
             "<p>This is <strong>gitlab-ee-standin</strong>: it stands in for GitLab EE and is not GitLab.</p></html>\n"
      [200, { "Content-Type" => "text/html; charset=utf-8" }, text]
    end
  end

  # What a client asked, in the words of the handlers.
  class Request
    attr_reader :path, :verb

    def initialize(raw)
      @raw = raw
      @path, = raw.unparsed_uri.split("?", 2)
      @verb = raw.request_method
    end

    def [](header) = @raw[header]

    def params
      @params ||= [@raw.query_string, body].map { |part| part.is_a?(Hash) ? part : form(part.to_s) }.inject(:merge)
    end

    # As people reach the instance.
    def base = Settings.applied["external_url"].to_s.chomp("/")

    # The client's address: the last that is not that of a trusted proxy, or the one that nginx saw.
    def address
      rails = Settings.applied["gitlab_rails"] || {}
      trusted = rails["trusted_proxies"] || Settings.nginx(Settings.applied)["real_ip_trusted_addresses"] || []
      nets = ["127.0.0.1", "::1", *trusted].map { |one| IPAddr.new(one) }
      passed = self["X-Forwarded-For"].to_s.split(/,\s*/)
      passed.reverse.find { |one| nets.none? { |net| net.include?(one) } } || passed.last || "127.0.0.1"
    end

    private

    def form(text)
      URI.decode_www_form(text).each_with_object({}) do |(name, value), made|
        name.end_with?("[]") ? (made[name.chomp("[]")] ||= []) << value : made[name] = value
      end
    end

    def body
      # WEBrick refuses a POST without a length, which Puma takes for one without a body.
      text = self["Content-Length"] || self["Transfer-Encoding"] ? @raw.body.to_s : ""
      self["Content-Type"].to_s.start_with?("application/json") && !text.empty? ? JSON.parse(text) : text
    end
  end

  module Puma
    def self.run
      sleep(0.5) while Health.mode == "app-down"
      Standin.pause("BOOT", 0.3)
      sleep(0.2) until Database.up?
      log = WEBrick::Log.new($stderr, WEBrick::Log::WARN)
      server = WEBrick::HTTPServer.new(BindAddress: "127.0.0.1", Port: 8080, Logger: log, AccessLog: [])
      server.mount("/", Application)
      trap("TERM") { server.shutdown }
      Thread.new { leave_when_told }
      Health.listening
      server.start
    end

    # runsv starts it anew, and then it waits.
    def self.leave_when_told
      sleep(0.5) until Health.mode == "app-down"
      Process.exit!(0)
    end
  end
end

Standin::Puma.run if $PROGRAM_NAME == __FILE__
