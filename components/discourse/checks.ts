import type { Check } from "../host/index.ts";
import type { DiscourseOptions } from "./options.ts";
import { sharedDirectory } from "./site.ts";
import { program } from "./watch.ts";

/** Where Docker keeps images and containers, unless its own configuration says otherwise. */
const dockerDirectory = "/var/lib/docker";

/** A request as visitors make it, through TLS and nginx, which lets the machine itself pass a closed site. */
function request(hostname: string, ...more: readonly string[]): Check["command"] {
  return ["check_http", "-H", hostname, "-I", "127.0.0.1", "-S", "--sni", ...more];
}

/** How the forum wants to be watched. A worker can answer while the database is away, so both are asked. */
export function forumChecks(name: string, { host, hostname, database }: DiscourseOptions): Check[] {
  const logs = "Read `docker logs --tail 50 app` on the machine";
  const log = `the log of PostgreSQL in \`${sharedDirectory}/log/var-log/postgres\``;
  return [
    {
      name: `${name}-status`,
      host,
      command: request(hostname, "-u", "/srv/status", "-s", "ok", "-w", "2", "-c", "5"),
      intervalSeconds: 60,
      runbook: `${logs}; visitors see the offline page meanwhile.`,
    },
    {
      name: `${name}-database`,
      host,
      // 403 where one has to log in to read.
      command: request(hostname, "-u", "/latest.json", "-e", "200,403", "-w", "3", "-c", "10"),
      intervalSeconds: 60,
      runbook: `${logs}, and ${database ? `that of PostgreSQL and Redis at ${database.address}` : log}.`,
    },
    {
      name: `${name}-disk`,
      host,
      // The launcher builds nothing with less than 5 GiB (discourse_docker, launcher).
      command: [
        ...(["check_disk", "-u", "MiB", "-w", "10240", "-c", "5120"] as const),
        ...["-p", dockerDirectory, "-p", sharedDirectory],
      ],
      intervalSeconds: 300,
      runbook:
        "Make room: `docker system df` tells what Docker takes; backups and uploads lie with the forum's data.",
    },
    {
      name: `${name}-jobs`,
      host,
      command: [program, "check", "jobs"],
      intervalSeconds: 300,
      runbook:
        "Read /sidekiq in the forum as an administrator; mails and notifications wait meanwhile.",
    },
    {
      name: `${name}-version`,
      host,
      command: [program, "check", "version"],
      intervalSeconds: 3600,
      runbook:
        "Set a newer `version`, or another `edition`, and run `pulumi up`; or use a newer image.",
    },
  ];
}
