import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestMachine } from "./machine.ts";
import { asked, statesOn } from "./monitoring.ts";

/** States of hosts and services that are wanted, by `host` and `host!service`. */
export type Wanted = Readonly<Record<string, number>>;

/** Waits until what is watched has these states; what is not named shall be 0. */
export type Becomes = (states: Wanted, seconds?: number) => Promise<void>;

/** A wait for what the monitoring machine has; in a `hurry`, it has all services looked at, and those again that are otherwise. */
export function becoming(monitor: TestMachine, listen: string, hurry = false): Becomes {
  return async (states, seconds = 150) => {
    const end = performance.now() + seconds * 1000;
    if (hurry) await lookNow(monitor, listen);
    for (;;) {
      const found = withoutWorld(await statesOn(monitor, listen));
      const wanted = Object.fromEntries(
        Object.keys({ ...found, ...states }).map((name) => [name, states[name] ?? 0]),
      );
      if (JSON.stringify(sorted(found)) === JSON.stringify(sorted(wanted))) return;
      if (performance.now() > end) assert.deepEqual(found, wanted, `within ${seconds} s`);
      await sleep(hurry ? 3000 : 1000);
      if (hurry) await lookNow(monitor, listen, otherwise(found, wanted));
    }
  };
}

/** Has services looked at, whenever their turn would be; all of them where none is named. */
export async function lookNow(
  monitor: TestMachine,
  listen: string,
  services?: readonly string[],
): Promise<void> {
  if (services?.length === 0) return;
  const which = services ? { services } : { filter: "true" };
  const body = JSON.stringify({ type: "Service", ...which, force: true });
  const path = "/v1/actions/reschedule-check";
  await monitor.succeed(asked(monitor.name, path, "-X POST --data-binary @-", listen), body);
}

/** The services whose state is another one than is wanted. */
function otherwise(found: Readonly<Record<string, number | null>>, wanted: Wanted): string[] {
  return Object.keys(found).filter((name) => name.includes("!") && found[name] !== wanted[name]);
}

/** How busy the computer is on which the tests run, and what Debian has published since, are not their business. */
function withoutWorld(states: Readonly<Record<string, number | null>>) {
  return Object.fromEntries(
    Object.entries(states).filter(([name]) => !/!(?:load|updates)$/.test(name)),
  );
}

function sorted(states: Readonly<Record<string, number | null>>) {
  return Object.entries(states).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
