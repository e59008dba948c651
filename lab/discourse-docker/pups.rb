#!/usr/bin/ruby
# A stand-in for pups, which runs the steps of a build in the container (README.md): it knows `exec`.
require "yaml"

def merge(first, second)
  first.merge(second) do |_, one, other|
    next merge(one, other) if one.is_a?(Hash) && other.is_a?(Hash)
    next one + other if one.is_a?(Array) && other.is_a?(Array)
    other.nil? ? one : other
  end
end

config = $stdin.read.split("_FILE_SEPERATOR_").map { |part| YAML.safe_load(part.strip) }.reduce { |a, b| merge(a, b) }
run = config["run"]
(config["hooks"] || {}).each do |hook, steps|
  where, name = hook.split("_", 2)
  at = run.index { |step| step["exec"].is_a?(Hash) && step["exec"]["hook"] == name }
  at ? run.insert(at + (where == "after" ? 1 : 0), *steps) : warn("Skipped missing #{hook} hook")
end

params = config["params"] || {}
put = ->(text) { params.reduce(text) { |so_far, (name, value)| so_far.gsub("$#{name}", value.to_s) } }
run.each do |step|
  kind, of = step.first
  raise SyntaxError, "Invalid run command #{kind}" unless kind == "exec"
  of = { "cmd" => of } if of.is_a?(String)
  Array(of["cmd"]).each do |command|
    command = put.call(command)
    command = "cd #{put.call(of["cd"])} && #{command}" if of["cd"]
    puts "> #{command}"
    $stdout.flush
    system(command)
    next if $?.success?
    code = $?.exitstatus || 1
    puts "FAILED", "-" * 20, "#{command} failed with return #{code}" unless code == 77
    exit code
  end
end
