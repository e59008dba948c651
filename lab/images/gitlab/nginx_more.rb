# The registry's and the Pages' servers of the nginx inside, when they are on.
require_relative "nginx"

module Standin
  module Nginx
    # A registry that nobody has logged in to: it says where a token is to be had.
    def self.registry(settings)
      return unless (url = settings["registry_external_url"]) && settings.dig("registry", "enable") != false

      realm = "#{settings["external_url"].chomp("/")}/jwt/auth"
      error = '{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":null}]}'
      nginx = Settings.nginx_of(settings, "registry", "registry_nginx")
      <<~SERVER
        server {
          #{server(url, nginx)}
          client_max_body_size 0;
          location = / { return 200; }
          location /v2/ {
            #{hsts(nginx, always: true)}
            add_header Docker-Distribution-Api-Version registry/2.0 always;
            add_header Www-Authenticate 'Bearer realm="#{realm}",service="container_registry"' always;
            default_type application/json;
            return 401 '#{error}';
          }
          location / { return 404; }
        }
      SERVER
    end

    # Pages from files: below the name of a namespace, or with it as the first part of the path.
    def self.pages(settings)
      return unless (url = settings["pages_external_url"]) && settings.dig("gitlab_pages", "enable") != false

      host = URI(url).host
      in_path = settings.dig("gitlab_pages", "namespace_in_path") == true
      nginx = Settings.nginx_of(settings, "gitlab_pages", "pages_nginx")
      names = in_path ? host : "~^(?<group>[^.]+)\\.#{Regexp.escape(host)}$"
      <<~SERVER
        server {
          #{server(url, nginx, names)}
          #{hsts(nginx)}
          root /var/opt/gitlab/gitlab-rails/shared/pages#{"/$group" unless in_path};
          index index.html;
          error_page 404 /standin-404;
          location = /standin-404 { internal; default_type text/html; return 404 "<h1>404</h1><p>The page you're looking for could not be found.</p>"; }
        }
      SERVER
    end

    def self.server(url, nginx, names = URI(url).host)
      tls = nginx.fetch("listen_https", URI(url).scheme == "https")
      "#{listen(nginx["listen_addresses"], nginx["listen_port"] || URI(url).port, tls && URI(url).host)}\nserver_name #{names};"
    end
  end
end
