import { readFileSync } from "node:fs";
import type { Check, ConfigFile } from "../host/index.ts";

/** Where a plugin of the platform's own lies on a machine. */
const plugin = (name: string) => `/usr/local/lib/platform/check-${name}` as const;

/** What Debian has no plugin for: each with the words after its limit of time, how often it runs, and what to do. */
const plugins = {
  units: {
    words: [],
    intervalSeconds: 300,
    runbook:
      "Read `journalctl -u` of each unit that it names; `systemctl reset-failed` forgets one that does not matter.",
  },
  clock: {
    words: ["-w", "500", "-c", "2000"],
    intervalSeconds: 300,
    runbook: "See `timedatectl` on the machine; systemd-timesyncd or chrony has to reach a server.",
  },
  memory: {
    words: ["-w", "10", "-c", "5"],
    intervalSeconds: 300,
    runbook:
      "See in `top` on the machine, sorted by M, who took it; the kernel ends programs next.",
  },
  updates: {
    words: ["-c", "7"],
    intervalSeconds: 21_600,
    runbook:
      "Run `apt update && apt upgrade` on the machine when it suits, and start it again if the check says so.",
  },
} as const;

/** How the system of every machine wants to be watched. */
export function systemChecks(component: string, host: string): Check[] {
  return Object.entries(plugins).map(([name, { words, intervalSeconds, runbook }]) => ({
    ...{ name, host, from: "inside", component, option: "monitoring" },
    command: [plugin(name), "--timeout", "20", ...words],
    ...{ intervalSeconds, retrySeconds: 60, timeoutSeconds: 30 },
    runbook,
  }));
}

/** Forgets since when updates have waited, when nobody looks any more. */
export const forgetUpdates = ["rm", "-rf", "/var/lib/platform-updates"] as const;

/** A word of apt's configuration (apt.conf(5)), whose value is plain. */
const apt = (name: string, value: string) => `APT::${name} "${value}";\n`;

/** Those plugins, and what has Debian's own timer ask each day for new updates, and apt note what it has heard of. */
export function systemFiles(): ConfigFile[] {
  const text = (name: string) =>
    readFileSync(new URL(`../../services/checks/check-${name}.sh`, import.meta.url), "utf8");
  return [
    ...Object.keys(plugins).map((name) => ({
      path: plugin(name),
      content: text(name),
      mode: "0755",
    })),
    {
      path: "/etc/apt/apt.conf.d/52platform-lists",
      content:
        apt("Periodic::Update-Package-Lists", "1") +
        apt("Update::Post-Invoke-Success::", `${plugin("updates")} --note || true`),
    },
  ];
}
