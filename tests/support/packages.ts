import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { source } from "../../formats/apt.ts";
import type { Result } from "../../lab/process.ts";
import { remoteCommand, scriptText } from "../../provider/shell/text.ts";
import type { TestMachine } from "./machine.ts";

/** What a Packages resource is asked for. */
export interface Wanted {
  /** Who notes it; "a" unless said otherwise. */
  readonly owner?: string;
  /** Versions by name; "" is any. */
  readonly packages: Readonly<Record<string, string>>;
  readonly held?: readonly string[];
  readonly sources?: Readonly<Record<string, WantedSource>>;
}

/** A repository below /srv/repository, with the key that is said to sign it. */
export interface WantedSource {
  readonly uri: string;
  readonly key: string;
  readonly fingerprint: string;
}

const scripts = ["notes.sh", "apt.sh", "sources.sh", "unpacked.sh", "packages.sh"].map(
  (name) => new URL(`../../provider/shell/${name}`, import.meta.url),
);

/** The id of an owner: the name of its notes below /var/lib/platform/packages. */
export function idOf(owner: string): string {
  return owner.repeat(16);
}

/** Runs the script of Packages on a machine as the provider does. */
export function runPackages(
  machine: TestMachine,
  verb: "apply" | "remove",
  { owner = "a", packages, held = [], sources = {} }: Wanted,
): Promise<Result> {
  const signedBy = (name: string) => `/etc/apt/keyrings/platform-${name}.asc`;
  const values = {
    RELEASE: "bookworm",
    ID: idOf(owner),
    NAME: "tools",
    PACKAGES: Object.keys(packages),
    VERSIONS: Object.values(packages),
    HELD: held,
    SOURCES: Object.keys(sources),
    SOURCE_TEXTS: Object.entries(sources).map(([name, { uri }]) =>
      source({ uris: uri, suites: "./", components: [], signedBy: signedBy(name) }),
    ),
    KEY_URLS: Object.values(sources).map(({ key }) => key),
    FINGERPRINTS: Object.values(sources).map(({ fingerprint }) => fingerprint),
  };
  return machine.run(remoteCommand(verb, 300, "root"), scriptText(scripts, values));
}

const made = new Map<string, Promise<Record<"owner" | "stranger", string>>>();

/** Makes the repositories of repository.sh on a machine, once; gives the fingerprints of their keys. */
export function repositories(machine: TestMachine): Promise<Record<"owner" | "stranger", string>> {
  const answer = made.get(machine.instance) ?? make(machine);
  made.set(machine.instance, answer);
  return answer;
}

async function make(machine: TestMachine): Promise<Record<"owner" | "stranger", string>> {
  const text = readFileSync(new URL("../hosts/repository.sh", import.meta.url), "utf8");
  const [owner = "", stranger = ""] = (await machine.succeed("bash -s", text)).split("\n");
  return { owner, stranger };
}

/** A test after which nothing may have come to the machine, and nothing be gone. */
export function traceless(machine: TestMachine, name: string, body: () => Promise<void>): void {
  test(name, async () => {
    const before = await traces(machine);
    await body();
    const after = await traces(machine);
    const came = after.filter((line) => !before.includes(line));
    const went = before.filter((line) => !after.includes(line));
    assert.deepEqual({ came, went }, { came: [], went: [] });
  });
}

/**
 * What packages could leave behind on a machine: packages, their versions, holds and who asked for them, files in
 * /etc, notes. Not what Debian writes by itself when packages come and go.
 */
async function traces(machine: TestMachine): Promise<string[]> {
  const noise = "/etc/(ld.so.cache|\\.pwd.lock|mtab)|/var/lib/platform/(lock|owner|key)";
  const text = await machine.succeed(
    `{ dpkg-query -W -f '\${db:Status-Want} \${binary:Package} \${Version}\\n' | grep -v ^deinstall; ` +
      `apt-mark showmanual | sed 's/^/manual /'; ` +
      `find /etc /var/lib/platform /var/cache/platform-source -xdev '!' -type d 2>/dev/null | ` +
      `grep -vxE '${noise}'; } | sort`,
  );
  return text.split("\n");
}
