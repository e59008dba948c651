# The nginx inside, which is a real one: real addresses, sizes and ports are what gitlab.rb says.
require_relative "checks"

module Standin
  module Nginx
    FILE = "/var/opt/gitlab/nginx/conf/nginx.conf"
    MARK = 'add_header X-Gitlab-Standin "gitlab-ee-standin %s, not GitLab" always;'

    # Writes the file; whether it is another than before.
    def self.write(settings)
      text = text(settings)
      return false if File.exist?(FILE) && File.read(FILE) == text

      File.write("#{FILE}.new", text)
      File.rename("#{FILE}.new", FILE)
      true
    end

    def self.text(settings)
      sites = [main(settings), registry(settings), pages(settings)].compact
      <<~CONF
        user gitlab-www git;
        worker_processes 1;
        pid /var/opt/gitlab/nginx/nginx.pid;
        error_log stderr error;
        events { worker_connections 256; }
        http {
          include /etc/nginx/mime.types;
          access_log /var/log/gitlab/nginx/gitlab_access.log combined;
          server_tokens off;
          map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
          #{format(MARK, VERSION)}
        #{sites.join("\n")}
        }
      CONF
    end

    def self.main(settings)
      nginx = Settings.nginx(settings)
      <<~SERVER
        server {
          #{listen(nginx["listen_addresses"], Settings.port(settings), Settings.https?(settings) && URI(settings["external_url"]).host)}
          server_name #{URI(settings["external_url"]).host} _;
          client_max_body_size #{nginx["client_max_body_size"] || 0};
          #{real_ip(nginx)}
          #{hsts(nginx)}
          #{proxy_headers(settings, nginx)}
        #{locations}
        }
      SERVER
    end

    def self.locations
      <<~LOCATIONS
        error_page 502 /standin-502.html;
        location = /standin-502.html { internal; default_type text/html; return 502 "<h1>502</h1><p>Whoops, GitLab is taking too much time to respond.</p>"; }
        location = /error.json { internal; default_type application/json; return 500 '{"error":"nginx returned $status when communicating with gitlab-workhorse","status":$status}\\n'; }
        location = /error.txt { internal; default_type text/plain; return 500 'nginx returned $status when communicating with gitlab-workhorse\\n'; }
        location = /-/health { error_page 502 /error.txt; proxy_pass http://127.0.0.1:8080; }
        location = /-/readiness { error_page 502 /error.json; proxy_pass http://127.0.0.1:8080; }
        location = /-/liveness { error_page 502 /error.json; proxy_pass http://127.0.0.1:8080; }
        location = /-/git-access { internal; proxy_pass_request_body off; proxy_set_header Content-Length "";
          proxy_set_header X-Original-Uri $request_uri; proxy_pass http://127.0.0.1:8080; }
        location ~ ^/.+\\.git/(?<git_rest>info/refs|git-upload-pack|git-receive-pack)$ {
          auth_request /-/git-access;
          auth_request_set $git_folder $upstream_http_x_git_folder;
          auth_request_set $git_user $upstream_http_x_git_user;
          auth_request_set $git_refusal $upstream_http_x_git_refusal;
          error_page 403 = @git-refused;
          include /etc/nginx/fastcgi_params;
          fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
          fastcgi_param GIT_HTTP_EXPORT_ALL "";
          fastcgi_param GIT_PROJECT_ROOT $git_folder;
          fastcgi_param PATH_INFO /$git_rest;
          fastcgi_param REMOTE_USER $git_user;
          fastcgi_read_timeout 3600s;
          fastcgi_pass 127.0.0.1:8181;
        }
        location @git-refused {
          default_type text/plain;
          if ($git_refusal = "") { return 404 "The project you were looking for could not be found or you don't have permission to view it."; }
          return 403 $git_refusal;
        }
        location / { proxy_pass http://127.0.0.1:8080; proxy_read_timeout 3600s; }
      LOCATIONS
    end

    # Since 18.1 an address that comes along is not passed on, but for what real_ip made of it.
    def self.proxy_headers(settings, nginx)
      secure = URI(settings["external_url"]).scheme == "https"
      forwarded = Standin.since?("18.1") ? "$remote_addr" : "$proxy_add_x_forwarded_for"
      headers = { "Host" => "$http_host", "X-Real-IP" => "$remote_addr", "X-Forwarded-For" => forwarded,
                  "X-Forwarded-Proto" => secure ? "https" : "http", "Upgrade" => "$http_upgrade",
                  "Connection" => "$connection_upgrade" }
      headers["X-Forwarded-Ssl"] = "on" if secure
      set = headers.merge(nginx["proxy_set_headers"] || {}).map { |name, value| "proxy_set_header #{name} #{quoted(value)};" }
      ["proxy_http_version 1.1;", *set].join("\n")
    end

    def self.real_ip(nginx)
      lines = Array(nginx["real_ip_trusted_addresses"]).map { |address| "set_real_ip_from #{address};" }
      lines << "real_ip_header #{nginx["real_ip_header"]};" if nginx["real_ip_header"]
      lines << "real_ip_recursive #{nginx["real_ip_recursive"]};" if nginx["real_ip_recursive"]
      lines.join("\n")
    end

    # What has a header of its own does not have those from above, so that the mark comes again.
    def self.hsts(nginx, always: false)
      age = nginx.fetch("hsts_max_age", 63_072_000).to_i
      own = age.positive? ? ["add_header Strict-Transport-Security \"max-age=#{age}\" always;"] : []
      (always || own.any? ? [format(MARK, VERSION), *own] : []).join("\n")
    end

    def self.listen(addresses, port, tls_host)
      lines = Array(addresses || ["*"]).map { |address| "listen #{address}:#{port}#{" ssl" if tls_host};" }
      certificate = "/etc/gitlab/ssl/#{tls_host}"
      lines << "ssl_certificate #{certificate}.crt; ssl_certificate_key #{certificate}.key;" if tls_host
      lines.join("\n")
    end

    def self.quoted(text) = "\"#{text.to_s.gsub(/["\\]/) { |sign| "\\#{sign}" }}\""
  end
end
