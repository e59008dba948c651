import type { Check } from "../host/index.ts";
import type { DiscourseOptions } from "./options.ts";
import { sharedDirectory } from "./site.ts";
import { dataContainer, dataDirectory } from "./two-containers.ts";
import { containerProgram, mailPlugin, program } from "./watch.ts";

/** Where Docker keeps images and containers, unless its own configuration says otherwise. */
const dockerDirectory = "/var/lib/docker";

/** A request as visitors make it, through TLS and nginx, which lets the machine itself pass a closed site. */
function request(hostname: string, ...more: readonly string[]): Check["command"] {
  return ["check_http", "-H", hostname, "-I", "127.0.0.1", "-S", "--sni", "-t", "10", ...more];
}

/** How the forum wants to be watched. A worker can answer while the database is away, so both are asked. */
export function forumChecks(name: string, options: DiscourseOptions): Check[] {
  const { host, hostname, database, data } = options;
  const directory = data ? dataDirectory : sharedDirectory;
  const logs = "Read `docker logs --tail 50 app` on the machine";
  const log = `the log of PostgreSQL in \`${directory}/log/var-log/postgres\``;
  const from = { host, from: "inside", component: name, option: "forum" } as const;
  const times = { intervalSeconds: 60, retrySeconds: 15, timeoutSeconds: 15 };
  const asked = { ...from, ...times, site: name, needs: `site-${name}` };
  const inside = { needs: `${name}-container` };
  const looked = { ...from, retrySeconds: 60, timeoutSeconds: 30 };
  return [
    {
      ...{ ...asked, name: `${name}-status` },
      command: request(hostname, "-u", "/srv/status", "-s", "ok", "-w", "2", "-c", "5"),
      runbook: `${logs}; visitors see the offline page meanwhile.`,
    },
    {
      ...{ ...asked, name: `${name}-database` },
      // 403 where one has to log in to read.
      command: request(hostname, "-u", "/latest.json", "-e", "200,403", "-w", "3", "-c", "10"),
      runbook: `${logs}, and ${database ? `that of PostgreSQL and Redis at ${database.address}` : log}.`,
    },
    {
      ...{ ...looked, name: `${name}-disk`, intervalSeconds: 300 },
      // The launcher builds nothing with less than 5 GiB (discourse_docker, launcher).
      command: [
        ...(["check_disk", "-u", "MiB", "-w", "10240", "-c", "5120"] as const),
        ...["-p", dockerDirectory, "-p", sharedDirectory, ...(data ? ["-p", dataDirectory] : [])],
      ],
      runbook:
        "Make room: `docker system df` tells what Docker takes; backups and uploads lie with the forum's data.",
    },
    {
      ...{ ...looked, name: `${name}-container`, intervalSeconds: 120, needs: "docker" },
      command: [containerProgram, "check", "app"],
      runbook: `${logs}; \`pulumi up\` makes the container anew when it is gone or somebody else's.`,
    },
    ...(data ? [storesCheck(name, looked)] : []),
    {
      ...{ ...looked, name: `${name}-image`, intervalSeconds: 300, ...inside },
      command: [containerProgram, "image", "app"],
      runbook:
        "Run `pulumi up`: it tells what hinders the image that the configuration wants, or makes the container anew from it.",
    },
    {
      ...{ ...looked, name: `${name}-deployment`, intervalSeconds: 60, site: name, gate: true },
      command: [program, "check", "deployment"],
      runbook: "Run `pulumi up`: it tells what hinders the deployment.",
    },
    ...mailCheck(name, options),
    {
      ...{ ...looked, name: `${name}-jobs`, intervalSeconds: 300, ...inside },
      command: [program, "check", "jobs"],
      runbook:
        "Read /sidekiq in the forum as an administrator; mails and notifications wait meanwhile.",
    },
    {
      ...{ ...looked, name: `${name}-version`, intervalSeconds: 3600, ...inside },
      command: [program, "check", "version"],
      runbook:
        "Set a newer `version`, or another `edition`, and run `pulumi up`; or use a newer image.",
    },
  ];
}

/** The relay as the forum reaches it, without its login; not where the preflight leaves it out, for it may not be there yet. */
function mailCheck(
  name: string,
  { host, smtp: { address, port }, skipPreflight }: DiscourseOptions,
): Check[] {
  if (skipPreflight.includes("mail")) return [];
  return [
    {
      ...{ name: `${name}-mail`, host, from: "inside", component: name, option: "forum.smtp" },
      command: [mailPlugin, "--timeout", "30", address, String(port)],
      ...{ intervalSeconds: 900, retrySeconds: 120, timeoutSeconds: 40 },
      runbook:
        "See whether the relay runs, and what is between; the forum keeps its mails and tries again for some days.",
    },
  ];
}

/** The container of its database and Redis. */
function storesCheck(
  name: string,
  looked: Omit<Check, "name" | "command" | "intervalSeconds" | "runbook">,
): Check {
  return {
    ...{ ...looked, name: `${name}-stores`, intervalSeconds: 120, needs: "docker" },
    command: [containerProgram, "check", dataContainer],
    runbook: `Read \`docker logs --tail 50 ${dataContainer}\` on the machine; without it the forum answers with errors.`,
  };
}
