# What an operator asks of an instance: version, licence, settings, jobs and background migrations.
require_relative "api"
require_relative "seed"
require_relative "sidekiq"

module Standin
  module Api
    def self.version
      { "version" => "#{VERSION}-ee", "revision" => Digests.token(VERSION)[0, 11], "enterprise" => true,
        "kas" => { "enabled" => false, "externalUrl" => nil, "externalK8sProxyUrl" => nil, "version" => nil } }
    end

    on("GET", "metadata", scopes: %w[api read_user]) { version }
    on("GET", "version", scopes: %w[api read_user]) { version }

    def self.license(record)
      terms = record.terms
      active = Database.query("select count(*) from users where state = 'active' and user_type = 0")[0]["count"]
      limit = terms["user_limit"]
      { "id" => record.id, "plan" => terms.fetch("plan", "premium"), "created_at" => record.created_at.utc.iso8601(3),
        "starts_at" => terms["starts_at"], "expires_at" => terms["expires_at"], "expired" => record.expired?,
        "historical_max" => active, "maximum_user_count" => active, "active_users" => active, "user_limit" => limit || 0,
        "overage" => limit ? [active - limit, 0].max : 0, "licensee" => terms.fetch("licensee", {}), "add_ons" => {} }
    end

    on("GET", "license", by: :admin) { (current = License.current) && license(current) }
    on("GET", "licenses", by: :admin) { List.new(License.all.map { |one| license(one) }) }
    on("GET", "license/:id", by: :admin) { |call| license(call.found(License.find_by(id: call.ids[0].to_i), "")) }
    on("POST", "license", by: :admin) { |call| [201, license(License.create!(data: call.param("license")))] }
    on("DELETE", "license/:id", by: :admin) do |call|
      call.found(License.find_by(id: call.ids[0].to_i), "").destroy
      [204, nil]
    end

    on("GET", "application/settings", by: :admin) { { "id" => 1, **ApplicationSettings.current } }
    on("PUT", "application/settings", by: :admin) do |call|
      changed = ApplicationSettings.change(call.params)
      names = ApplicationSettings::DEFAULTS.keys.first(3).join(", ")
      raise Refusal.new(400, { "error" => "#{names}, ... are missing, at least one parameter must be provided" }) unless changed

      # Upstream does it by a job, within some hours.
      limit = PersonalAccessToken.limit
      PersonalAccessToken.where(revoked: false).each { |one| one.revoke! unless one.within?(limit) }
      { "id" => 1, **changed }
    end

    def self.processes
      Sidekiq.processes.map do |row|
        { "hostname" => row["hostname"], "pid" => row["pid"], "tag" => "gitlab", "started_at" => row["started_at"].utc.iso8601(3),
          "queues" => %w[default mailers], "labels" => [], "concurrency" => Settings.applied.dig("sidekiq", "concurrency") || 20,
          "busy" => 0 }
      end
    end

    # What the file says, for tests of what watches it: {"default": {"backlog": 3, "latency": 700}}.
    def self.queues
      file = "/var/opt/gitlab/standin-queues.json"
      told = File.exist?(file) ? JSON.parse(File.read(file)) : {}
      { "default" => { "backlog" => 0, "latency" => 0 }, "mailers" => { "backlog" => 0, "latency" => 0 }, **told }
    end

    JOBS = { "processed" => 0, "failed" => 0, "enqueued" => 0, "dead" => 0 }.freeze
    on("GET", "sidekiq/process_metrics", by: :admin) { { "processes" => processes } }
    on("GET", "sidekiq/queue_metrics", by: :admin) { { "queues" => queues } }
    on("GET", "sidekiq/job_stats", by: :admin) { { "jobs" => JOBS } }
    on("GET", "sidekiq/compound_metrics", by: :admin) { { "queues" => queues, "processes" => processes, "jobs" => JOBS } }

    def self.migration(row)
      { "id" => row["id"].to_s, "job_class_name" => row["job_class_name"], "table_name" => row["table_name"],
        "column_name" => row["column_name"], "status" => Background::STATES[row["status"]],
        "progress" => [3, 6].include?(row["status"]) ? 100.0 : 0.0, "created_at" => row["created_at"].utc.iso8601(3) }
    end

    on("GET", "admin/batched_background_migrations", by: :admin) { List.new(Background.all.map { |row| migration(row) }) }
    on("GET", "admin/batched_background_migrations/:id", by: :admin) do |call|
      migration(call.found(Background.all.find { |row| row["id"] == call.ids[0].to_i }, ""))
    end
  end
end
