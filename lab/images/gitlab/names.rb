# The names that are legal at the top of a gitlab.rb, and those that a release no longer takes: facts of
# omnibus-gitlab (package/libraries/config/gitlab.rb, deprecations.rb), from 17.11 to 19.3.
module Standin
  module Names
    ROLES = %w[
      application sidekiq postgres patroni redis_sentinel redis_master redis_replica geo_primary geo_secondary
      monitoring pgbouncer consul pages gitaly backup
    ].map { |name| "#{name}_role" }

    SECTIONS = %w[
      package registry redis postgresql gitlab_kas gitlab_pages pgbouncer repmgr repmgrd consul patroni gitaly praefect
      letsencrypt crond logrotate high_availability nginx pages_nginx registry_nginx gitlab_kas_nginx prometheus
      alertmanager node_exporter redis_exporter postgres_exporter pgbouncer_exporter gitlab_exporter geo_postgresql
      geo_secondary geo_logcursor sentinel gitlab_sshd gitlab_shell gitlab_rails gitlab_workhorse logging
      unicorn puma mailroom storage_check git_data_dirs actioncable bootstrap manage_accounts
      manage_storage_directories user gitlab_ci sidekiq remote_syslog web_server prometheus_monitoring
      gitlab_backup_cli mattermost mattermost_nginx spamcheck
    ]

    VALUES = %w[
      roles edition external_url registry_external_url mattermost_external_url pages_external_url
      gitlab_kas_external_url runtime_dir git_data_dir
    ]

    # Names of some releases only: the first that has it, the first that has it no more.
    BETWEEN = {
      "oak" => ["18.11", nil],
      "gitaly_client" => ["18.10", nil],
      "suggested_reviewers" => [nil, "18.9"],
      "omnibus_gitconfig" => [nil, "18.2"],
      "backup_role" => ["18.11", nil],
    }

    # What is refused, since when it was deprecated and is removed, and what is said beside.
    REMOVED = [
      [%w[git_data_dirs], "17.8", "18.0",
       "See https://docs.gitlab.com/omnibus/settings/configuration.html#migrating-from-git_data_dirs for migration " \
       "instructions."],
      [%w[gitlab_shell migration], "17.4", "18.0", "`gitlab_shell['migration'] will be ignored from 17.3."],
      [%w[gitaly configuration git use_bundled_binaries], "18.3", "19.0", "It is ignored by Gitaly."],
      [%w[gitaly configuration git bin_path], "18.3", "19.0", "It is ignored by Gitaly."],
      [%w[mattermost enable], "19.0", "19.0", "Bundled Mattermost has been removed from the Linux package in 19.0."],
      [%w[spamcheck], "19.0", "19.0", "Spamcheck has been removed from the Linux package in 19.0."],
      [%w[mattermost_external_url], "19.0", "20.0", "Use `gitlab_rails['mattermost_host']` instead."],
    ]

    # The line of releases that an image starts on, and the oldest data that it takes.
    STOPS = [
      ["16.8", "16.7"], ["17.0", "16.11"], ["17.4", "17.3"], ["17.6", "17.5"], ["17.9", "17.8"], ["18.0", "17.11"],
      ["18.3", "18.2"], ["18.6", "18.5"], ["18.9", "18.8"], ["19.0", "18.11"], ["19.3", "19.2"],
    ]

    def self.at_least?(version, other)
      Gem::Version.new(version) >= Gem::Version.new(other)
    end

    def self.legal(version)
      between = BETWEEN.reject do |_, (from, to)|
        (from && !at_least?(version, from)) || (to && at_least?(version, to))
      end
      (ROLES + SECTIONS - BETWEEN.keys + between.keys).uniq
    end

    # A line for each setting that is in use and that the version no longer has.
    def self.removed(settings, version)
      in_use = REMOVED.select do |keys, _, removal, _|
        value = settings.dig(*keys)
        at_least?(version, removal) && ![nil, false, {}].include?(value)
      end
      in_use.map do |(name, *keys), deprecated, removal, note|
        at = keys.map { |key| "['#{key}']" }.join
        "* #{name}#{at} has been deprecated since #{deprecated} and was removed in #{removal}. #{note}"
      end
    end

    def self.oldest_data(version)
      ENV["MIN_VERSION"] || STOPS.select { |from, _| at_least?(version, from) }.last&.last
    end
  end
end
