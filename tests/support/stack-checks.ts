import assert from "node:assert/strict";
import { IcingaOptions } from "../../components/icinga/index.ts";
import type { Check } from "../../components/host/index.ts";
import { monitor as monitorOf, watch } from "../../stacks/monitoring.ts";
import { innerAddress } from "./backup.ts";
import { exampleHost } from "./host.ts";
import type { TestMachine } from "./machine.ts";
import { identities } from "./monitoring.ts";
import { applyOnAll } from "./scripts.ts";
import { exampleCheck } from "./watched.ts";
import { becoming, type Becomes } from "./watching.ts";

/** A stack of lab machines, of which the first monitors the others. */
export interface WatchedStack {
  /** Registers the stack with these checks. */
  readonly build: (checks: readonly Check[]) => () => unknown;
  /** Certificates of its machines. */
  readonly certificates: Awaited<ReturnType<typeof identities>>;
  /** Puts it on the machines, until something fails; gives the last step. */
  readonly up: (...checks: readonly Check[]) => Promise<LastStep>;
  /** The same with what holds checks alone, where nothing else of the stack is to be put right. */
  readonly change: (...checks: readonly Check[]) => Promise<LastStep>;
  /** Waits until hosts and services have these states; those that are not named shall be 0. */
  readonly becomes: Becomes;
  /** The same, with all services looked at again and again: for those whose turn comes seldom. */
  readonly soon: Becomes;
}

type LastStep = Awaited<ReturnType<typeof applyOnAll>>[number];

/** A stack of these machines; `listen` is where the first answers the others, `more` are other options of monitoring. */
export async function watchedStack(
  machines: readonly TestMachine[],
  listen = "127.0.0.1",
  more: object = {},
): Promise<WatchedStack> {
  const [monitor = assert.fail(), ...others] = machines;
  const agents = others.map(({ name }) => name);
  const options = IcingaOptions.parse({ host: monitor.name, source: "debian", listen, ...more });
  const certificates = await identities(monitor.name, { component: "monitoring", agents });
  const reached = await Promise.all(
    machines.map(async (one) => ({
      ...exampleHost(one.name),
      ...{ address: await innerAddress(one), port: 22 },
    })),
  );
  const build = (checks: readonly Check[]) => () => {
    const hosts = new Map(reached.map((host) => [host.name, { ...host }])); // known by its object
    return watch(monitorOf({ options, hosts }), { options, hosts }, checks);
  };
  const apply = async (checks: readonly Check[], only?: (name: string) => boolean) => {
    const results = await applyOnAll(machines, build(checks), certificates, only);
    return results.at(-1) ?? assert.fail("nothing was done");
  };
  const holdsChecks = (name: string) => /-(?:agent-files|checks-package)$/.test(name);
  return {
    build,
    certificates,
    up: (...checks) => apply(checks),
    change: (...checks) => apply(checks, holdsChecks),
    becomes: becoming(monitor, listen),
    soon: becoming(monitor, listen, true),
  };
}

/** A check that runs every few seconds; `check_dummy` says what it is told to. */
export function quickCheck(host: string, name: string, more: Partial<Check> = {}): Check {
  const times = { intervalSeconds: 5, retrySeconds: 2, timeoutSeconds: 4 };
  return exampleCheck({ host, name, command: ["check_dummy", "0"], ...times, ...more });
}
