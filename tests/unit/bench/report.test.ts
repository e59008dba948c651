import assert from "node:assert/strict";
import { test } from "node:test";
import { chart } from "../../../bench/chart.ts";
import { tables } from "../../../bench/table.ts";
import type { Measured } from "../../../bench/results.ts";

const times = {
  here: [1.5, 2, 1.8],
  together: [1.2, 1.3, 1.4],
  commands: [1, 1.1, 1.2],
  program: [1, 1.2, 1.1],
  pyinfra: [5.8, 6, 5.9],
  ansible: [29, 30],
};

const measured: readonly Measured[] = [
  { hosts: 1, load: [0.2, 1.3], look: times, apply: times },
  { hosts: 16, load: [1.3, 9.6], look: times, apply: times },
];

test("a table has the least, the median and the number of runs, and how many times as long", () => {
  const text = tables({ date: "2026-11-26T04:05:06.000Z", versions: ["Node 24"], measured });
  assert.deepEqual(text.split("\n").slice(0, 12), [
    "2026-11-26, load of the computer by hosts: 1: 0.2 to 1.3; 16: 1.3 to 9.6",
    "- Node 24",
    "",
    "| 30 resources on each host, nothing to change | 1 host | 16 hosts |",
    "| --- | --- | --- |",
    "| `pulumi preview`, host provider | 1.50 / 1.80 s (3) | 1.50 / 1.80 s (3) |",
    "| the same with all files in one ConfigSet | 1.20 / 1.30 s (3) | 1.20 / 1.30 s (3) |",
    "| `pulumi preview`, remote.Command (reads nothing) | 1.00 / 1.10 s (3) | 1.00 / 1.10 s (3) |",
    "| program of those above: start of Node, SDK | 1.00 / 1.10 s (3) | 1.00 / 1.10 s (3) |",
    "| `pyinfra --dry` | 5.80 / 5.90 s (3) | 5.80 / 5.90 s (3) |",
    "| `ansible-playbook --check` | 29.00 / 30.00 s (2) | 29.00 / 30.00 s (2) |",
    "| pyinfra takes, compared with host provider and program | 2.0× | 2.0× |",
  ]);
  assert.ok(
    text.includes("| Ansible takes, compared with host provider and program | 10.3× | 10.3× |"),
  );
});

test("a chart has a bar for each tool, number of hosts and kind of run, on a scale of powers of ten", () => {
  const svg = chart(measured);
  const bars = [...svg.matchAll(/<rect class="(\w+)" x="(\d+)" y="\d+" width="([\d.]+)"/g)];
  assert.equal(bars.length, 2 * 2 * 5);
  const width = (name: string) => Number(bars.find(([, one]) => one === name)?.[3]);
  // From 1 s to 100 s, the scale is 294 wide; a program has to start before Pulumi says anything.
  assert.equal(width("ansible"), Math.round(Math.log10(30) * 147 * 10) / 10);
  assert.equal(width("here"), Math.round(Math.log10(1.8 + 1.1) * 147 * 10) / 10);
  for (const words of ["1 host<", "16 hosts<", ">1 s<", ">10 s<", ">100 s<", ">2.9 s<", ">30 s<"]) {
    assert.ok(svg.includes(words), words);
  }
  assert.ok(svg.includes("prefers-color-scheme: dark"));
});

test("a chart of nothing is refused", () => {
  assert.throws(() => chart([]), /nothing was measured/);
});
