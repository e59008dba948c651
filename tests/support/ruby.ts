import type { Ruby } from "../../formats/ruby.ts";
import type { TestMachine } from "./machine.ts";

/** Text that has been trouble in Ruby: quotes, interpolation, commands, here documents, ends of files, other line ends. */
export const nasty =
  "it's \\ \\' \"#{`touch /srv/ruby/canary`}\" %x(touch /srv/ruby/canary) #@a #$0 <<~X\n__END__\n=begin\r\nü \u2028 🧊 \u0004\u001a\ufeff\r";

/** The file that a hostile value would make if it were run. */
export const canary = "/srv/ruby/canary";

/** Puts Ruby and the library that GitLab's own reader extends on a machine. */
export async function installRuby(machine: TestMachine): Promise<void> {
  await machine.succeed(
    "command -v ruby && dpkg -s ruby-mixlib-config >/dev/null || { apt-get -qq update; DEBIAN_FRONTEND=noninteractive apt-get " +
      "-qq install --no-install-recommends ruby ruby-mixlib-config >/dev/null 2>&1; }; install -d /srv/ruby",
  );
}

/** Reads gitlab.rb as omnibus does: strict at the top level, each section a hash that has any key. */
const reader = `
require 'json'
require 'mixlib/config'
Sections, file = ARGV[0].split(','), ARGV[1]
module Settings
  extend Mixlib::Config
  config_strict_mode true
  Sections.each { |name| name.end_with?('_url') || name == 'roles' ? default(name.to_sym, nil) : default(name.to_sym, {}) }
end
Settings.from_file(file)
said = Sections.to_h { |name| [name, Settings[name.to_sym]] }.reject { |_, value| value.nil? || value == {} }
$stdout.binmode.write JSON.generate(said)
`;

/**
 * What real Ruby reads in a text of settings whose top level has these names. With \`C\` as the locale, where it takes bytes
 * that are no ASCII for none of its own.
 */
export async function readByRuby(
  machine: TestMachine,
  settings: string,
  names: readonly string[],
): Promise<Record<string, Ruby>> {
  const { code, stdout, stderr } = await tryByRuby(machine, settings, names);
  if (code !== 0) throw new Error(`Ruby refused the settings:\n${stderr}`);
  return JSON.parse(stdout) as Record<string, Ruby>;
}

/** The same, for what it may refuse. */
export async function tryByRuby(machine: TestMachine, settings: string, names: readonly string[]) {
  await machine.succeed("cat >/srv/ruby/read.rb", reader);
  await machine.succeed(`rm -f ${canary}; cat >/srv/ruby/settings.rb`, settings);
  return machine.run(
    `LC_ALL=C ruby -W0 /srv/ruby/read.rb ${names.join(",")} /srv/ruby/settings.rb`,
  );
}
