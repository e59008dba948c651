# The settings of an instance: GITLAB_OMNIBUS_CONFIG, then /etc/gitlab/gitlab.rb, run as Ruby by the library that upstream uses.
require "json"
require "mixlib/config"
require_relative "names"

module Standin
  VERSION = ENV.fetch("GITLAB_STANDIN_VERSION") { File.read("/opt/gitlab/standin/version").strip }
  NODE = "/opt/gitlab/embedded/nodes/standin.json"

  def self.since?(version)
    Names.at_least?(VERSION, version)
  end

  # How long a step takes: as lines such as `MIGRATE 30` of a file in the data say, or the environment.
  def self.seconds(step, default)
    file = "/var/opt/gitlab/standin-seconds"
    told = File.exist?(file) ? File.read(file).split.each_slice(2).to_h : {}
    Float(told[step] || ENV.fetch("GITLAB_STANDIN_#{step}_SECONDS", default))
  end

  # Waits as long as that says by then, so that a test can end it.
  def self.pause(step, default)
    start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    sleep(0.05) while Process.clock_gettime(Process::CLOCK_MONOTONIC) - start < seconds(step, default)
  end

  # A section of gitlab.rb: symbols and strings are the same key, and a key that is missing is a section of its own.
  class Section < Hash
    def [](key)
      key = key.to_s
      store(key, Section.new) unless key?(key)
      fetch(key)
    end

    def []=(key, value)
      store(key.to_s, value)
    end
  end

  # What a gitlab.rb sees as `self`.
  module Language
    extend Mixlib::Config

    def self.internal_get(symbol)
      configuration.key?(symbol) ? configuration[symbol] : super
    end

    def self.internal_set(symbol, value)
      configuration.key?(symbol) ? configuration[symbol] = value : super
    end

    def self.start
      Names.legal(VERSION).each { |name| configuration[name.to_sym] = Section.new }
      Names::VALUES.each { |name| configuration[name.to_sym] = nil }
      config_strict_mode true
      postgresql["shared_buffers"] = "256MB"
      node_exporter["enable"] = false
      manage_accounts["enable"] = false
      package["detect_init"] = false
      package["modify_kernel_parameters"] = false
      external_url "http://#{`hostname`.strip}"
    end
  end

  module Settings
    # Reads what was written, as plain data; refuses a name that this version does not know at the top.
    def self.read
      Language.start
      Language.instance_eval(ENV["GITLAB_OMNIBUS_CONFIG"].to_s, "GITLAB_OMNIBUS_CONFIG")
      Language.from_file("/etc/gitlab/gitlab.rb") if File.exist?("/etc/gitlab/gitlab.rb")
      plain(Language.configuration)
    end

    def self.plain(value)
      return value.is_a?(Array) ? value.map { |one| plain(one) } : value unless value.is_a?(Hash)

      value.to_h { |key, one| [key.to_s, plain(one)] }.reject { |_, one| one.nil? || (one.is_a?(Hash) && one.empty?) }
    end

    # What the last reconfigure has read.
    def self.applied
      JSON.parse(File.read(NODE))["normal"]
    rescue Errno::ENOENT
      {}
    end

    # The settings of the nginx inside, which have other names since 19.2; there, the old ones stand in for new ones.
    def self.nginx(settings)
      old = settings["nginx"] || {}
      Standin.since?("19.2") ? old.merge(settings.dig("gitlab_rails", "nginx") || {}) : old
    end

    # The same of the registry's or the Pages' nginx: `registry` and `registry_nginx`, `gitlab_pages` and `pages_nginx`.
    def self.nginx_of(settings, section, old_section)
      old = settings[old_section] || {}
      Standin.since?("19.2") ? old.merge(settings.dig(section, "nginx") || {}) : old
    end
  end
end
