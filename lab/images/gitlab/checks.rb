# What upstream's reconfigure refuses, in its words where they are known.
require "uri"
require_relative "settings"

module Standin
  class Refused < StandardError; end

  module Checks
    def self.all(settings)
      removed(settings)
      urls(settings)
      rails(settings["gitlab_rails"] || {})
      sidekiq(settings["sidekiq"] || {})
      tls(settings)
    end

    def self.removed(settings)
      lines = Names.removed(settings, VERSION)
      return if lines.empty?

      warn "Removals:", *lines
      raise Refused, "Removed configurations found in gitlab.rb. Aborting reconfigure."
    end

    def self.urls(settings)
      %w[external_url registry_external_url pages_external_url].each do |name|
        next unless (url = settings[name])

        parsed = URI(url)
        unless %w[http https].include?(parsed.scheme) && parsed.host
          raise Refused, "GitLab #{name.tr("_", " ")} must include a schema and FQDN, e.g. http://gitlab.example.com/"
        end
        next if name == "external_url" || ["", "/"].include?(parsed.path)

        raise Refused, "Unsupported #{name}: it has the path #{parsed.path}"
      end
    end

    def self.rails(rails)
      raise Refused, "gitlab_ssh_host must not contain a port" if rails["gitlab_ssh_host"].to_s.include?(":")

      if rails["smtp_tls"] && rails["smtp_enable_starttls_auto"]
        raise Refused, "gitlab_rails['smtp_tls'] and gitlab_rails['smtp_enable_starttls_auto'] are mutually exclusive."
      end
      method = rails["smtp_authentication"]
      unless [nil, false, "none", "login", "plain", "cram_md5"].include?(method)
        raise Refused, "gitlab_rails['smtp_authentication'] must be one of login, plain, cram_md5: #{method.inspect}"
      end
      password = ENV["GITLAB_ROOT_PASSWORD"] || rails["initial_root_password"]
      return unless password && password.length < 8

      raise Refused, "initial_root_password: Length is too short, minimum is 8 characters"
    end

    def self.sidekiq(sidekiq)
      return unless sidekiq["metrics_enabled"] != false && sidekiq["health_checks_enabled"] != false
      return unless sidekiq["listen_port"] && sidekiq["listen_port"] == sidekiq["health_checks_listen_port"]

      raise Refused, "The Sidekiq metrics and health checks servers are binding the same address and port."
    end

    # A site with https of its own needs a certificate, and Let's Encrypt is not reached from here.
    def self.tls(settings)
      host = URI(settings["external_url"]).host
      return unless Settings.https?(settings) && !File.exist?("/etc/gitlab/ssl/#{host}.crt")

      raise Refused, "letsencrypt_certificate[#{host}] cannot be had: this is a stand-in that nobody outside reaches" if
        settings.dig("letsencrypt", "enable") != false
      raise Refused, "nginx: cannot load certificate \"/etc/gitlab/ssl/#{host}.crt\": No such file or directory"
    end
  end

  module Settings
    # Whether the nginx inside speaks TLS: as it was set, or as the external URL has it.
    def self.https?(settings)
      set = nginx(settings)["listen_https"]
      set.nil? ? URI(settings["external_url"]).scheme == "https" : set
    end

    def self.port(settings)
      nginx(settings)["listen_port"] || URI(settings["external_url"]).port
    end
  end
end
