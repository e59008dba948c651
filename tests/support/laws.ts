import assert from "node:assert/strict";
import type { deploy } from "./deploy.ts";
import type { TestMachine } from "./machine.ts";
import { applyOn, runOn } from "./scripts.ts";
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
    if (command.type.startsWith("command:")) continue; // what happened is not undone
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
