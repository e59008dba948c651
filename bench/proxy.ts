import assert from "node:assert/strict";
import { loadavg } from "node:os";
import type { Machine } from "../lab/machines.ts";
import { say } from "../lab/progress.ts";
import { removeBenchMachines } from "./lab.ts";
import { summary } from "./measure.ts";
import { proxies, proxyMachine, succeed } from "./proxy-machine.ts";

type Proxy = keyof typeof proxies;

const rounds = 7;

/** What is measured: how h2load asks; nginx closes a connection after 1,000 requests. With as many connections as requests, each request costs a handshake. */
const loads = {
  "requests/s, HTTP/1.1, kept connections": "--h1 -n 8000 -c 10",
  "requests/s, HTTP/2": "-n 8000 -c 10 -m 10",
  "TLS handshakes/s": "--h1 -n 400 -c 400",
} as const;

/**
 * The generated configuration beside a minimal one written by hand, in one nginx in front of one application, asked in turn
 * over loopback. What is measured must have been answered whole, each time.
 */
export async function proxy(): Promise<void> {
  await removeBenchMachines();
  const before = loadavg()[0] ?? 0;
  try {
    const machine = await proxyMachine();
    const { stdout: version } = await machine.run("nginx -v 2>&1; openssl version");
    say(version.trim().replaceAll("\n", ", "));
    const rows: string[] = [];
    for (const [what, load] of Object.entries(loads)) {
      say(`• ${what}`);
      rows.push(row(what, await inTurn(machine, load)));
    }
    say("• reloads under load");
    const failed = await reloadsUnderLoad(machine);
    console.log(
      `\nload before: ${before.toFixed(1)}, at the end: ${(loadavg()[0] ?? 0).toFixed(1)}; medians of ${rounds}\n`,
    );
    console.log("| what | generated | by hand | generated / by hand |\n| --- | --- | --- | --- |");
    console.log(rows.join("\n"));
    console.log(
      `\n2,000 requests on connections of their own while nginx reloads ten times: ${failed} failed`,
    );
  } finally {
    await removeBenchMachines();
  }
}

/** Asks both proxies in turn, so that a busy computer is unfair to none; gives what each did a second. */
async function inTurn(machine: Machine, load: string): Promise<Record<Proxy, number[]>> {
  const found: Record<Proxy, number[]> = { generated: [], "by hand": [] };
  for (let round = 0; round < rounds; round++) {
    for (const [name, address] of Object.entries(proxies)) {
      const said = await succeed(machine, `h2load ${load} ${address}`);
      const [, total] = /-n (\d+)/.exec(load) ?? [];
      assert.match(said, new RegExp(`status codes: ${total ?? ""} 2xx`), said);
      found[name as Proxy].push(Number(/, ([\d.]+) req\/s/.exec(said)?.[1]));
    }
  }
  return found;
}

function row(what: string, found: Record<Proxy, number[]>): string {
  const [own, hand] = [summary(found.generated).median, summary(found["by hand"]).median];
  const percent = `${((own / hand) * 100).toFixed(1)} %`;
  return `| ${what} | ${own.toFixed(0)} | ${hand.toFixed(0)} | ${percent} |`;
}

async function reloadsUnderLoad(machine: Machine): Promise<number> {
  const asked = machine.run(
    `curl -sk --http1.1 -H 'Connection: close' --rate 200/s -o /dev/null -w '%{http_code}\\n' '${proxies.generated}?[1-2000]'`,
  );
  for (let reload = 0; reload < 10; reload++)
    await succeed(machine, "systemctl reload nginx; sleep 0.7");
  const { stdout } = await asked;
  const answers = stdout.trim().split("\n");
  assert.equal(answers.length, 2000);
  return answers.filter((status) => status !== "200").length;
}
