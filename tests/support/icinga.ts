import type { Result } from "../../lab/process.ts";
import { Macros, type Statement } from "../../formats/icinga.ts";
import type { TestMachine } from "./machine.ts";

/** Text that has been trouble in Icinga's language: quotes, escapes, macros, comments, other scripts. */
export const nasty = 'a"b\\c $d$ 5$ \n\t\u0001\u007f {{{x}}} // /* ü \u2028 🧊 {{ y }} \\101';

/** Statements and the text that they are rendered as; the host tests give it to the real Icinga. */
export const golden: readonly Statement[] = [
  { include: "<itl>" },
  { constant: "NodeName", value: "monitor.example.org" },
  { type: "Endpoint", name: "monitor.example.org", attributes: { host: "192.0.2.1", port: 5665 } },
  { type: "Zone", name: "master", attributes: { endpoints: ["monitor.example.org"] } },
  { type: "Zone", name: "global-templates", attributes: { global: true } },
  {
    type: "ApiUser",
    name: "reader",
    attributes: { client_cn: "reader", permissions: ["status/query", "objects/query/*"] },
  },
  {
    type: "CheckCommand",
    name: "stack-check_http",
    attributes: {
      command: ["/usr/lib/nagios/plugins/check_http", "5$", new Macros("-H$address$")],
      arguments: {
        words: { value: new Macros("$words$"), skip_key: true, order: 1 },
        "--timeout": new Macros("$seconds$"),
      },
      env: { TOKEN: 'p"a$s', NAME: new Macros("$host.name$") },
      timeout: 10,
    },
  },
  {
    type: "Host",
    name: "forum",
    origin: "forum, hosts.forum",
    attributes: { address: "192.0.2.7", check_command: "stack-check_http", check_interval: 0.5 },
  },
  {
    type: "Service",
    name: "site.forum-1",
    origin: "nginx, hosts.forum.nginx",
    attributes: {
      host_name: "forum",
      display_name: "costs 5$",
      check_command: "stack-check_http",
      notes: "Costs 5$.",
      enable_flapping: false,
      vars: {
        words: ["-w", "", "5$", nasty],
        var: { nested: { 5: -2.5, "a b": null }, yes: true },
        none: [],
        seconds: 1e15,
      },
    },
  },
  {
    type: "Dependency",
    name: "machine",
    attributes: {
      parent_host_name: "forum",
      child_host_name: "forum",
      child_service_name: "site.forum-1",
      disable_checks: true,
    },
  },
];

/** What the real Icinga is to read. */
export const goldenText = `include <itl>

const NodeName = "monitor.example.org"

object Endpoint "monitor.example.org" {
  host = "192.0.2.1"
  port = 5665
}

object Zone "master" {
  endpoints = [ "monitor.example.org" ]
}

object Zone "global-templates" {
  global = true
}

object ApiUser "reader" {
  client_cn = "reader"
  permissions = [ "status/query", "objects/query/*" ]
}

object CheckCommand "stack-check_http" {
  command = [ "/usr/lib/nagios/plugins/check_http", "5$$", "-H$address$" ]
  arguments = {
    "words" = {
      "value" = "$words$"
      "skip_key" = true
      "order" = 1
    }
    "--timeout" = "$seconds$"
  }
  env = {
    "TOKEN" = "p\\"a$$s"
    "NAME" = "$host.name$"
  }
  timeout = 10
}

// forum, hosts.forum
object Host "forum" {
  address = "192.0.2.7"
  check_command = "stack-check_http"
  check_interval = 0.5
}

// nginx, hosts.forum.nginx
object Service "site.forum-1" {
  host_name = "forum"
  display_name = "costs 5$"
  check_command = "stack-check_http"
  notes = "Costs 5$$."
  enable_flapping = false
  vars["words"] = [ "-w", "", "5$$", "a\\"b\\\\c $$d$$ 5$$ \\n\\011\\001\\177 {{{x}}} // /* ü \u2028 🧊 {{ y }} \\\\101" ]
  vars["var"] = {
    "nested" = {
      "5" = -2.5
      "a b" = null
    }
    "yes" = true
  }
  vars["none"] = [ ]
  vars["seconds"] = 1000000000000000
}

object Dependency "machine" {
  parent_host_name = "forum"
  child_host_name = "forum"
  child_service_name = "site.forum-1"
  disable_checks = true
}
`;

/** Puts Icinga on a machine, without the packages that are only recommended; nothing of it is the platform's. */
export async function installIcinga(machine: TestMachine): Promise<void> {
  await machine.succeed(
    "command -v icinga2 || { apt-get -qq update; DEBIAN_FRONTEND=noninteractive apt-get -qq install " +
      "--no-install-recommends icinga2-bin icinga2-common >/dev/null 2>&1; }",
  );
}

/**
 * Has the real Icinga read a file in a directory of its own, apart from what runs on the machine; gives what it said.
 * It judges the file, or runs it for so many seconds.
 */
export function readByIcinga(machine: TestMachine, config: string, seconds = 0): Promise<Result> {
  const directory = "/srv/icinga-language";
  const own = ["DataDir", "CacheDir", "InitRunDir", "SpoolDir", "LogDir"];
  const constants = own.map((name) => `-D${name}=${directory}`).join(" ");
  const run = `icinga2 daemon ${seconds > 0 ? "" : "-C"} -c ${directory}/file.conf ${constants} 2>&1`;
  const limit = `-p RuntimeMaxSec=${seconds} -p TimeoutStopSec=2`; // it does not always heed a signal while it starts
  return machine.run(
    `install -d -o nagios -g nagios ${directory}; cat >${directory}/file.conf; ` +
      (seconds > 0 ? `systemd-run -q --wait --pipe --collect ${limit} ${run}` : run),
    config,
  );
}
