# `gitlab-ctl reconfigure`: brings an instance to what its gitlab.rb says, in the order of upstream's recipes.
require "digest"
require "etc"
require "fileutils"
require_relative "checks"
require_relative "nginx_more"
require_relative "seed"

module Standin
  module Reconfigure
    DATA = "/var/opt/gitlab"
    RAILS = "#{DATA}/gitlab-rails"
    SECRETS = "/etc/gitlab/gitlab-secrets.json"
    ROOT_PASSWORD = "/etc/gitlab/initial_root_password"
    STATUS = "#{RAILS}/upgrade-status"

    def self.run
      settings = Settings.read
      Checks.all(settings)
      write(NODE, JSON.pretty_generate({ "normal" => settings }), 0o640, "root:git") # the application reads it anew
      folders
      secrets
      write("/opt/gitlab/etc/gitlab-rails-rc", "gitlab_user=\"git\"\n", 0o644)
      write("#{RAILS}/VERSION", VERSION, 0o644)
      database
      migrate(settings)
      start(settings)
      rest(settings)
    end

    def self.folders
      backups = Settings.applied.dig("gitlab_rails", "backup_path") || "#{DATA}/backups"
      mine = { "git" => [".ssh", "gitlab-rails", "gitlab-rails/upgrade-status", "gitlab-rails/shared/pages", "git-data",
                         "git-data/repositories"], "root" => %w[nginx nginx/conf nginx/logs], "gitlab-psql" => ["postgresql"] }
      mine.each { |user, names| names.each { |name| folder("#{DATA}/#{name}", user, 0o755) } }
      folder(backups, "git", 0o700)
      folder("/var/log/gitlab/nginx", "root", 0o755)
    end

    def self.folder(path, user, mode)
      FileUtils.mkdir_p(path)
      FileUtils.chmod(mode, path)
      FileUtils.chown(user, user, path)
    end

    # A file is whole or as it was.
    def self.write(path, text, mode, owner = "root:root")
      FileUtils.mkdir_p(File.dirname(path))
      File.write("#{path}.new", "#{text.chomp}\n", perm: mode)
      FileUtils.chown(*owner.split(":"), "#{path}.new")
      File.rename("#{path}.new", path)
    end

    def self.secrets
      kept = File.exist?(SECRETS) ? JSON.parse(File.read(SECRETS)) : {}
      rails = kept["gitlab_rails"] ||= {}
      names = %w[secret_key_base db_key_base otp_key_base active_record_encryption_primary_key]
      names.each { |name| rails[name] ||= SecureRandom.hex(64) }
      (kept["gitlab_shell"] ||= {})["secret_token"] ||= SecureRandom.hex(64)
      write(SECRETS, JSON.pretty_generate(kept), 0o600)
      return unless File.exist?(ROOT_PASSWORD) && File.mtime(ROOT_PASSWORD) < Time.now - (24 * 60 * 60)

      File.delete(ROOT_PASSWORD)
    end

    # PostgreSQL's files when there are none, and a server that answers; `initdb` works in a folder of its own until it is done.
    def self.database
      home = "#{DATA}/postgresql"
      unless File.exist?("#{home}/data/PG_VERSION")
        FileUtils.rm_rf(["#{home}/data", "#{home}/data.new"])
        as_postgres("/usr/lib/postgresql/15/bin/initdb -D #{home}/data.new -E UTF8 --locale=C.UTF-8 -A peer --wal-segsize=1 --no-sync")
        File.write("#{home}/data.new/pg_hba.conf", "local all all peer map=gitlab\n")
        users = { "root" => "gitlab", "git" => "gitlab", "gitlab-psql" => "gitlab-psql" }.map { |from, to| "gitlab #{from} #{to}\n" }
        File.write("#{home}/data.new/pg_ident.conf", users.join)
        File.rename("#{home}/data.new", "#{home}/data")
      end
      service("postgresql")
      wait(60, "PostgreSQL does not answer") { system("pg_isready -q -h #{Database::SOCKET}") }
      as_postgres("psql -qh #{Database::SOCKET} -d postgres -c 'create role gitlab superuser login'") unless role?
      as_postgres("createdb -h #{Database::SOCKET} -O gitlab gitlabhq_production") unless Database.up?
    end

    def self.role?
      `chpst -u gitlab-psql psql -h #{Database::SOCKET} -d postgres -Atc "select 1 from pg_roles where rolname = 'gitlab'"`.strip == "1"
    end

    def self.as_postgres(command)
      system("chpst -u gitlab-psql:gitlab-psql #{command} >/dev/null", exception: true)
    end

    # The schema, what a first boot brings, and the mark of a migration that came to its end.
    def self.migrate(settings)
      digest = Digest::MD5.hexdigest("postgresql gitlabhq_production")
      done = "#{STATUS}/db-migrate-#{digest}-#{Digest::MD5.hexdigest(VERSION)[0, 11]}"
      return if File.exist?(done) && File.read(done).strip == "0"

      Standin.pause("MIGRATE", 0.3)
      abort("the stand-in was told to end in a migration") if mode == "crash-in-migration"
      Seed.run(settings)
      write(done, "0", 0o644, "git:git")
    end

    def self.start(settings)
      changed = Nginx.write(settings)
      %w[gitlab-workhorse nginx puma sidekiq].each { |name| service(name) }
      system("nginx -c #{Nginx::FILE} -t -q", exception: true)
      return unless changed

      system("sv", "hup", "/opt/gitlab/sv/nginx", out: File::NULL)
    end

    # What upstream's recipes do after the application has been started: readiness may be well before this is over.
    def self.rest(settings)
      Standin.pause("SETTLE", 0.3)
      port = Settings.port(settings)
      scheme = Settings.https?(settings) ? "https" : "http"
      write("/opt/gitlab/etc/gitlab-healthcheck-rc", "url='#{scheme}://localhost:#{port}/help'\nflags=(--insecure)", 0o644)
      FileUtils.touch("#{DATA}/bootstrapped")
      puts "gitlab Reconfigured!"
    end

    def self.service(name)
      FileUtils.rm_f("/opt/gitlab/sv/#{name}/down")
      wait(30, "runsv does not watch #{name}") { system("sv", "up", "/opt/gitlab/sv/#{name}", out: File::NULL, err: File::NULL) }
    end

    def self.wait(limit, problem)
      limit.times do
        10.times { yield ? (return true) : sleep(0.1) }
      end
      raise Refused, "#{problem} within #{limit} s"
    end

    def self.mode = File.exist?("#{DATA}/standin-mode") ? File.read("#{DATA}/standin-mode").strip : "ok"
  end
end
