# The endpoints for monitors: 404 for an address that is not on the list of those who may ask.
require "ipaddr"
require_relative "database"
require_relative "settings"

module Standin
  module Health
    MODE = "/var/opt/gitlab/standin-mode"

    # The word in the file: `ok`, `app-down` (502), `never-ready` (503), `probe-error` (500), `crash-in-migration`.
    def self.mode = File.exist?(MODE) ? File.read(MODE).strip : "ok"

    def self.answer(kind, request)
      return refused(kind) unless allowed?(request.address)
      return [200, { "Content-Type" => "text/plain" }, "GitLab OK"] if kind == "health"
      return [200, json, { "status" => "ok" }] if kind == "liveness"
      return [500, json, { "status" => "failed", "message" => "StandardError : the stand-in was told to" }] if mode == "probe-error"

      checks = { "master_check" => ready? }
      checks.merge!("db_check" => Database.up?, "gitaly_check" => gitaly?) if request.params["all"] == "1"
      answer = checks.to_h { |name, well| [name, [well ? { "status" => "ok" } : { "status" => "failed", "message" => "unexpected" }]] }
      [checks.values.all? ? 200 : 503, json, { "status" => checks.values.all? ? "ok" : "failed", **answer }]
    end

    def self.allowed?(address)
      list = (Settings.applied["gitlab_rails"] || {})["monitoring_whitelist"] || ["127.0.0.0/8", "::1/128"]
      list.any? { |net| IPAddr.new(net).include?(IPAddr.new(address)) }
    end

    def self.refused(kind)
      return [404, { "Content-Type" => "text/plain" }, ""] if kind == "health"

      [404, { "Content-Type" => "text/html" }, "<!DOCTYPE html><html><title>Not Found</title><h1>404: Page not found</h1></html>"]
    end

    def self.listening = @since = Process.clock_gettime(Process::CLOCK_MONOTONIC)

    def self.ready?
      mode != "never-ready" && Process.clock_gettime(Process::CLOCK_MONOTONIC) - @since > Standin.seconds("READY", 0.3)
    end

    def self.gitaly? = File.writable?("/var/opt/gitlab/git-data/repositories")
    def self.json = { "Content-Type" => "application/json; charset=utf-8" }
  end
end
