# Version 4 of the API: who may ask what, and how lists and refusals look. What there is to ask is in the files below.
require_relative "access"
require_relative "application_settings"

module Standin
  module Api
    Refusal = Class.new(StandardError) do
      attr_reader :status, :body

      def initialize(status, body)
        @status = status
        @body = body
        super("#{status}")
      end
    end
    List = Struct.new(:rows)
    Call = Struct.new(:request, :user, :token, :params, :ids) do
      def param(name) = params.fetch(name) { raise Refusal.new(400, { "error" => "#{name} is missing" }) }
      def found(record, what) = record || raise(Refusal.new(404, { "message" => "404 #{what}Not Found" }))
    end
    ROUTES = []

    # `by` is :user, :admin, or :anybody; the block gives the body, alone or with the status before it.
    def self.on(verb, path, by: :user, scopes: %w[api], &block)
      pattern = Regexp.new("\\A#{path.gsub(/:\w+/, "([^/]+)")}\\z")
      ROUTES << [verb, pattern, by, scopes, block]
    end

    def self.answer(request)
      path = request.path.delete_prefix("/api/v4/")
      _, pattern, by, scopes, block = ROUTES.find { |verb, route, *| verb == request.verb && route.match?(path) }
      return reply(404, { "error" => "404 Not Found" }) unless block

      user, token = who(request)
      check(by, scopes, user, token, request.verb)
      ids = pattern.match(path).captures.map { |one| URI.decode_www_form_component(one) }
      call = Call.new(request, user, token, request.params, ids)
      given = block.call(call)
      status, body = given.is_a?(Array) && given[0].is_a?(Integer) ? given : [200, given]
      body.is_a?(List) ? paged(request, body.rows) : reply(status, body)
    rescue Refusal => e
      reply(e.status, e.body)
    rescue ArgumentError, JSON::ParserError, PG::UniqueViolation => e
      reply(400, { "message" => e.is_a?(PG::Error) ? "has already been taken" : e.message })
    end

    # A token that is nobody's is refused also where anybody may ask.
    def self.who(request)
      bearer = request["Authorization"].to_s[/\ABearer (.+)\z/i, 1]
      given = request["Private-Token"] || bearer || request.params["private_token"]
      found = Access.by_token(given)
      raise Refusal.new(401, { "message" => "401 Unauthorized" }) if given && found.nil?

      denied = found && Access.denied(found[0])
      raise Refusal.new(403, { "message" => "403 Forbidden - #{denied}" }) if denied

      found
    end

    def self.check(by, scopes, user, token, verb)
      return if by == :anybody
      raise Refusal.new(401, { "message" => "401 Unauthorized" }) unless user

      wanted = verb == "GET" ? ["read_api", *scopes] : scopes
      raise Refusal.new(403, insufficient(wanted)) if (token.scopes & wanted).empty?
      raise Refusal.new(403, { "message" => "403 Forbidden" }) if by == :admin && !user.admin?
    end

    def self.insufficient(scopes)
      { "error" => "insufficient_scope", "scope" => scopes.join(" "),
        "error_description" => "The request requires higher privileges than provided by the access token." }
    end

    def self.paged(request, rows)
      page = [request.params.fetch("page", 1).to_i, 1].max
      size = request.params.fetch("per_page", 20).to_i.clamp(1, 100)
      pages = [(rows.size.to_f / size).ceil, 1].max
      headers = { "X-Page" => page, "X-Per-Page" => size, "X-Total" => rows.size, "X-Total-Pages" => pages,
                  "X-Next-Page" => page < pages ? page + 1 : "", "X-Prev-Page" => page > 1 ? page - 1 : "" }
      at = "#{request.base}#{request.path}?per_page=#{size}&page="
      links = { "first" => 1, "last" => pages, "next" => page < pages ? page + 1 : nil, "prev" => page > 1 ? page - 1 : nil }
      headers["Link"] = links.compact.map { |name, number| "<#{at}#{number}>; rel=\"#{name}\"" }.join(", ")
      status, kind, body = reply(200, rows[(page - 1) * size, size] || [])
      [status, kind.merge(headers), body]
    end

    def self.reply(status, body)
      return [status, {}, ""] if status == 204

      [status, { "Content-Type" => "application/json" }, JSON.generate(body)]
    end
  end
end

require_relative "api_instance"
require_relative "api_people"
require_relative "api_projects"
