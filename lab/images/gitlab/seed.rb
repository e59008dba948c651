# What a first boot, and a first boot of another version, brings into the database.
require_relative "application_settings"
require_relative "models"
require_relative "checks"

module Standin
  module Seed
    ROOT_PASSWORD = "/etc/gitlab/initial_root_password"

    # All or nothing, so that one that is killed is begun anew.
    def self.run(settings)
      Database.query("begin")
      Database.query("select pg_advisory_xact_lock(1)")
      File.read("/opt/gitlab/standin/schema.sql").split(";").each { |one| Database.query(one) unless one.strip.empty? }
      first(settings["gitlab_rails"] || {}) if User.count.zero?
      version
      Database.query("commit")
    rescue StandardError
      Database.query("rollback")
      raise
    end

    def self.first(rails)
      password = ENV["GITLAB_ROOT_PASSWORD"] || rails["initial_root_password"]
      store = rails.fetch("store_initial_root_password", password.nil?)
      password ||= SecureRandom.base64(32)
      User.create!(username: "root", name: "Administrator", email: ENV.fetch("GITLAB_ROOT_EMAIL", "admin@example.com"),
                   admin: true, password: password)
      Database.query("insert into application_settings (settings) values ('{}')")
      license(rails)
      return unless store

      File.write(ROOT_PASSWORD, "# WARNING: valid only until the password is changed.\n\nPassword: #{password}\n\n" \
                                "# NOTE: This file will be automatically deleted in the first reconfigure run after 24 hours.\n",
                 perm: 0o600)
    end

    # A licence that lies there at the first boot; later changes of the file do nothing.
    def self.license(rails)
      file = rails["initial_license_file"] || Dir.glob("/etc/gitlab/*.gitlab-license").min
      return unless file

      License.create!(data: File.read(file))
      puts "License Added:", "", "FilePath: #{file}"
    rescue ArgumentError, SystemCallError => e
      puts "License Invalid:", "", "FilePath: #{file}", e.message
      raise Refused, "License Invalid"
    end

    # Each version brings a background migration, and refuses when one of an earlier version is not finished.
    def self.version
      return unless Database.query("select 1 from schema_migrations where version = $1", VERSION).empty?

      open = Database.query("select * from batched_background_migrations where status not in (3, 6)")[0]
      raise Refused, unfinished(open) if open

      Database.query("insert into schema_migrations values ($1)", VERSION)
      seconds = Standin.seconds("BACKGROUND", 1)
      Database.query("insert into batched_background_migrations (job_class_name, table_name, column_name, finish_at) " \
                     "values ($1, 'projects', 'id', now() + make_interval(secs => $2))",
                     "StandinBackfill#{VERSION.delete(".")}", seconds)
    end

    def self.unfinished(row)
      "Expected batched background migration for the given configuration to be marked as 'finished', but it is " \
        "'#{Background::STATES[row["status"]]}': #{row["job_class_name"]}, #{row["table_name"]}, #{row["column_name"]}"
    end
  end

  # Migrations that go on while people work.
  module Background
    STATES = { 0 => "paused", 1 => "active", 3 => "finished", 4 => "failed", 5 => "finalizing", 6 => "finalized" }.freeze

    def self.all = Database.query("select * from batched_background_migrations order by id")

    def self.step
      Database.query("update batched_background_migrations set status = 3, updated_at = now() " \
                     "where status = 1 and finish_at <= now()")
    end
  end
end
