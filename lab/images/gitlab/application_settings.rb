# The settings of the application that live in the database, with upstream's defaults for those that the stand-in knows.
require_relative "database"

module Standin
  module ApplicationSettings
    DEFAULTS = {
      "after_sign_out_path" => nil, "after_sign_up_text" => nil, "allow_local_requests_from_web_hooks_and_services" => false,
      "authorized_keys_enabled" => true, "can_create_group" => true, "can_create_organization" => true,
      "container_registry_token_expire_delay" => 5, "default_branch_name" => nil, "default_branch_protection" => 2,
      "default_artifacts_expire_in" => "30 days", "default_group_visibility" => "private",
      "default_project_creation" => 2, "default_project_visibility" => "private", "default_projects_limit" => 100_000,
      "default_snippet_visibility" => "private", "deletion_adjourned_period" => 30, "domain_allowlist" => [],
      "email_restrictions_enabled" => false, "enabled_git_access_protocol" => nil, "first_day_of_week" => 0,
      "gravatar_enabled" => true, "home_page_url" => nil, "import_sources" => [], "maintenance_mode" => false,
      "max_artifacts_size" => 100, "max_attachment_size" => 100, "max_export_size" => 0, "max_import_size" => 0,
      "max_pages_size" => 100, "max_personal_access_token_lifetime" => nil, "minimum_password_length" => 8, "password_authentication_enabled_for_git" => true,
      "password_authentication_enabled_for_web" => true, "public_project_visibility_disabled" => nil,
      "receive_max_input_size" => nil, "repository_size_limit" => 0, "require_admin_approval_after_user_signup" => true,
      "require_two_factor_authentication" => false, "restricted_visibility_levels" => [], "send_user_confirmation_email" => false,
      "email_confirmation_setting" => "off", "session_expire_delay" => 10_080, "shared_runners_enabled" => true,
      "signup_enabled" => true, "support_email" => nil, "time_tracking_limit_to_hours" => false,
      "two_factor_grace_period" => 48, "usage_ping_enabled" => true, "user_default_external" => false,
      "user_oauth_applications" => true, "version_check_enabled" => true, "whats_new_variant" => "all_tiers",
      "admin_mode" => false, "allow_project_creation_for_guest_and_below" => true, "help_page_url" => nil,
      "help_page_text" => nil, "hide_third_party_offers" => false, "terms" => nil, "enforce_terms" => false,
      "disable_personal_access_tokens" => false, "push_event_hooks_limit" => 3, "remember_me_enabled" => true,
      "silent_mode_enabled" => false, "group_owners_can_manage_default_branch_protection" => true,
      "database_max_running_batched_background_migrations" => 2, "updating_name_disabled_for_users" => false
    }.freeze
    LIFETIME = "max_personal_access_token_lifetime" # in days
    LISTS = %w[domain_allowlist import_sources restricted_visibility_levels].freeze

    def self.current
      row = Database.query("select settings from application_settings order by id limit 1")[0]
      DEFAULTS.merge(row ? row["settings"] : {})
    end

    # Why these changes are none: the name of the first that has the wrong type.
    def self.wrong(changes)
      return LIFETIME unless changes[LIFETIME].nil? || (1..400).cover?(changes[LIFETIME])

      changes.find { |name, value| ![true, false].include?(value) && [true, false].include?(DEFAULTS[name]) }&.first ||
        changes.find { |name, value| value && DEFAULTS[name].is_a?(Integer) && !value.is_a?(Integer) }&.first
    end

    # Keeps what it knows of the changes; nil when it knows none of them.
    def self.change(changes)
      known = changes.slice(*DEFAULTS.keys).to_h { |name, value| [name, typed(name, value)] }
      return nil if known.empty?
      raise ArgumentError, "#{wrong(known)} is invalid" if wrong(known)

      Database.query("update application_settings set settings = settings || $1::jsonb", known)
      current
    end

    # A form knows text only.
    def self.typed(name, value)
      return value.to_s.empty? ? nil : Integer(value) if name == LIFETIME
      return value == "true" if %w[true false].include?(value) && [true, false].include?(DEFAULTS[name])
      return Integer(value) if value.is_a?(String) && value.match?(/\A\d+\z/) && DEFAULTS[name].is_a?(Integer)

      LISTS.include?(name) && value.is_a?(String) ? value.split(",") : value
    end
    private_class_method :typed
  end
end

# As snippets reach them.
class ApplicationSetting
  def self.current = new
  def self.last = new
  def update!(**changes) = Standin::ApplicationSettings.change(changes.transform_keys(&:to_s))
  alias update update!

  def method_missing(name, *) = Standin::ApplicationSettings.current.fetch(name.to_s.chomp("?")) { super }
  def respond_to_missing?(name, *) = Standin::ApplicationSettings::DEFAULTS.key?(name.to_s.chomp("?"))
end

module Gitlab
  module CurrentSettings
    def self.current_application_settings = ApplicationSetting.current
    def self.method_missing(name, *) = current_application_settings.public_send(name)
    def self.respond_to_missing?(name, *) = current_application_settings.respond_to?(name)
    def self.update!(**changes) = ApplicationSetting.current.update!(**changes)
  end
end
