import assert from "node:assert/strict";
import { deploy, type Registered } from "./deploy.ts";
import type { TestMachine } from "./machine.ts";
import type { Result } from "../../lab/process.ts";

/** The assignments at the head of a script's text: the lines between the content id and the prelude. */
export function assignmentLines(stdin: unknown): string[] {
  const lines = String(stdin).split("\n");
  assert.match(lines[0] ?? "", /^CONTENT_ID='[0-9a-f]{64}'$/);
  return lines.slice(
    1,
    lines.findIndex((line) => line.startsWith("# shellcheck")),
  );
}

/** The commands of one host in the order in which the engine runs them. Fails when two could run at once. */
export function inOrder(resources: readonly Registered[]): Registered[] {
  const before = (name: string, seen = new Set<string>()): Set<string> => {
    for (const other of resources.find((one) => one.name === name)?.dependsOn ?? []) {
      if (!seen.has(other)) before(other, seen.add(other));
    }
    return seen;
  };
  const ordered = resources
    .filter(({ type }) => type === "command:remote:Command")
    .toSorted((a, b) => before(a.name).size - before(b.name).size);
  ordered.slice(1).forEach(({ name }, index) => {
    const last = ordered[index]?.name ?? "";
    assert.ok(before(name).has(last), `${name} waits for ${last}`);
  });
  return ordered;
}

/** Runs a registered command on a machine as the command provider does. */
export function runOn(
  machine: TestMachine,
  { inputs }: Registered,
  verb: "create" | "delete" = "create",
) {
  return machine.run(String(inputs[verb]), String(inputs["stdin"]));
}

/** Registers what a build makes and runs its commands on a machine, one after the other, until one fails. */
export async function applyOn(
  machine: TestMachine,
  build: () => unknown,
  more: Parameters<typeof deploy>[2] = {},
): Promise<{ commands: readonly Registered[]; results: readonly (Result & { name: string })[] }> {
  const { resources } = await deploy(build, false, more);
  const commands = inOrder(resources);
  const results: (Result & { name: string })[] = [];
  for (const command of commands) {
    const result = await runOn(machine, command);
    results.push({ name: command.name, ...result });
    if (result.code !== 0) break;
  }
  return { commands, results };
}

// What the machine writes while packages come and go, what Debian's own packages leave behind even when they are
// purged (docker.io and its netbase), and what the platform keeps for itself: what happened once stays noted.
const noise =
  "/etc/(ld.so.cache|ethertypes|networks|protocols|rpc|services|mtab|passwd-?|group-?|shadow-?|gshadow-?|" +
  "subuid-?|subgid-?|\\.pwd.lock|resolv.conf|machine-id|ssl/certs/.*|init.d/\\.depend.*|rc[0-9S].d/.*|" +
  "docker/key.json)|netbase|/var/lib/platform/(lock|owner|key|done/.*)";

/** Purges what apt keeps of removed packages: their configuration, and with docker.io all containers' data. */
export function purgeRemoved(machine: TestMachine): Promise<string> {
  return machine.succeed("dpkg -l | awk '/^rc/ { print $2 }' | xargs -r dpkg --purge");
}

/** Everything on a machine that a component could leave behind: packages, configuration, units, state. */
export function tracesOn(machine: TestMachine): Promise<string> {
  return machine.succeed(
    `{ dpkg-query -W -f '\${binary:Package}\\n'; ` +
      `find /etc /usr/local /srv /var/lib/platform -xdev '!' -type d 2>/dev/null; } | ` +
      `grep -vxE '${noise}' | sort`,
  );
}

/**
 * The laws that every component obeys: apply; apply again changes nothing; remove leaves nothing but what apt
 * keeps of a removed package. `behave` asks the machine after the second apply, `afterwards` after the remove.
 */
export async function laws(
  machine: TestMachine,
  build: () => unknown,
  behave: () => Promise<void> = () => Promise.resolve(),
  more: Parameters<typeof deploy>[2] = {},
  afterwards: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await purgeRemoved(machine); // of the test before
  const before = await tracesOn(machine);
  const first = await applyOn(machine, build, more);
  for (const { name, code, stderr } of first.results) assert.equal(code, 0, `${name}: ${stderr}`);
  const again = await applyOn(machine, build, more);
  for (const { name, stdout } of again.results) assert.equal(stdout, "unchanged\n", name);
  await behave();
  for (const command of again.commands.toReversed()) {
    if (command.inputs["delete"] === undefined) continue;
    const { code, stderr } = await runOn(machine, command, "delete");
    assert.equal(code, 0, `${command.name}: ${stderr}`);
  }
  await afterwards();
  await purgeRemoved(machine);
  assertSameTraces(await tracesOn(machine), before);
}

/** Fails with what came and what went between two looks at a machine. */
export function assertSameTraces(after: string, before: string): void {
  const [now, then] = [after, before].map((text) => new Set(text.split("\n")));
  assert.deepEqual(
    {
      came: [...(now ?? [])].filter((line) => !then?.has(line)),
      went: [...(then ?? [])].filter((line) => !now?.has(line)),
    },
    { came: [], went: [] },
  );
}
