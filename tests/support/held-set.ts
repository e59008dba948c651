import assert from "node:assert/strict";
import { type Properties, secret } from "../../provider/grpc/values.ts";
import { setOf } from "./faults.ts";
import type { ProviderRun, Kept, Step } from "./host-provider.ts";
import type { TestMachine } from "./machine.ts";

/** The commands of a set that a test can hold open, in their order. */
export const phases = ["validate", "activate", "probe"] as const;

/** One of them. */
export type Phase = (typeof phases)[number];

/** A secret that must be in its file and nowhere else. */
export const canary = "canary-of-a-held-set";

/** Notes that it was run, and waits for as long as a test holds its phase. */
const held = `#!/bin/bash
echo "$1" >>/run/held/log
while [[ -e /run/held/hold.$1 ]]; do
  touch "/run/held/at.$1"
  sleep 0.05
done
`;

/** A set of two files, one of them secret, whose commands a test can hold open, on a machine of its own. */
export interface HeldSet {
  readonly urn: string;
  /** Its inputs with this word in the plain file. */
  inputs(word: string, more?: Properties): Properties;
  /** Does work while the phase does not end; `reached` waits until it is come to. */
  whileHeld<T>(phase: Phase, work: (reached: () => Promise<unknown>) => Promise<T>): Promise<T>;
  /** Fails when other commands ran since this was asked last, or there is more than one set with these files: a script, a copy, a secret. */
  stands(word: string, ran: readonly Phase[]): Promise<void>;
  /** Takes it away, by a run. */
  destroyed(run: ProviderRun, kept: Kept | undefined): Promise<void>;
}

const files = "cd /etc/held; cat a key; stat -c '%n %a' *; ls /var/lib/platform/sets | wc -l; cd /";

/** Everything that a run may leave on a machine by mistake, and the secret where it must not be. */
const leftovers =
  "find /run/platform /var/lib/platform /etc \\( -name script -o -name ended -o -name err -o -name '*.sent' " +
  "-o -name journal -o -name committed -o -name leaving -o -name stage -o -name gone -o -name '*.new' \\) " +
  "-not -path '/etc/*/*' 2>/dev/null; " +
  `grep -rl ${canary} /run /tmp /var/lib/platform /var/log /etc 2>/dev/null`;

/** Puts the held commands on a machine. */
export async function heldSet(machine: TestMachine): Promise<HeldSet> {
  const { address, port, hostKey, instance } = machine;
  const host = { name: "web", address, port, user: "root", hostKey, instance, release: "bookworm" };
  const prepare =
    "mkdir -p /run/held; cat >/run/held/run; chmod +x /run/held/run; : >/run/held/log";
  await machine.succeed(prepare, held);
  const commands = Object.fromEntries(phases.map((phase) => [phase, [`/run/held/run ${phase}`]]));
  return {
    urn: "urn:pulumi:test::platform::host:index:ConfigSet::held",
    inputs(word, more = {}) {
      const files = setOf({ "/etc/held/a": `${word}\n` })["files"] as Properties;
      const key = { content: secret(`${canary}-${word}\n`), mode: "0600", owner: "root:root" };
      return {
        ...setOf({}),
        host,
        ...commands,
        files: { ...files, "/etc/held/key": key },
        ...more,
      };
    },
    async whileHeld(phase, work) {
      await machine.succeed(`rm -f /run/held/at.*; touch /run/held/hold.${phase}`);
      try {
        return await work(() => machine.waitUntilSucceeds(`test -e /run/held/at.${phase}`));
      } finally {
        await machine.succeed("rm -f /run/held/hold.*");
      }
    },
    async stands(word, ran) {
      assert.equal(
        await machine.succeed(`${files}; ${leftovers}; cat /run/held/log; : >/run/held/log`),
        `${word}\n${canary}-${word}\na 644\nkey 600\n1\n/etc/held/key\n${ran.map((phase) => `${phase}\n`).join("")}`,
      );
    },
    async destroyed(run, kept) {
      const { error } = await run.remove(kept ?? assert.fail("nothing is there"));
      assert.equal(error, "");
      const left = "ls -d /etc/held 2>/dev/null; ls /var/lib/platform; : >/run/held/log";
      assert.equal(await machine.succeed(left), "images\nlock\nowner\n");
    },
  };
}

/** What one `up` does in a run: reads, and applies. */
export async function upIn(
  run: ProviderRun,
  set: HeldSet,
  inputs: Properties,
  kept?: Kept,
): Promise<[Kept | undefined, Step]> {
  return run.apply(set.urn, inputs, kept && (await run.refresh(kept)));
}
