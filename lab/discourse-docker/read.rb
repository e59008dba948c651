# What the stand-in for the launcher reads of a file and its templates: a word and a value each line.
require "yaml"

file = YAML.load($stdin.read)
file["templates"].each { |name| puts "template #{name}" }
env = file["templates"].map { |name| YAML.load_file("/checkout/#{name}") }.push(file)
  .reduce({ "LANG" => "en_US.UTF-8" }) { |all, part| all.merge(part["env"] || {}) }
env.each { |key, value| puts "env #{key}=#{value}" }
file["volumes"].each { |one| puts "volume #{one["volume"]["host"]}:#{one["volume"]["guest"]}" }
puts "base #{file["base_image"]}" if file["base_image"]
puts "args #{file["docker_args"]}" if file["docker_args"]
