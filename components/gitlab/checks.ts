import type { Check } from "../host/index.ts";
import type { Allocation } from "./allocation.ts";
import type { InstanceOptions } from "./options.ts";
import { checkProgram, containerName, directoryOf } from "./paths.ts";

/** How an instance wants to be watched. What needs its API or its database is seen by a program that root runs. */
export function instanceChecks(
  instance: string,
  options: InstanceOptions,
  allocation: Allocation,
): Check[] {
  const { host, hostname, ssh, registry } = options;
  const name = containerName(instance);
  const logs = `Read \`docker logs --tail 50 ${name}\` on the machine`;
  const from = { host, from: "inside", component: name } as const;
  const about = { ...from, option: `gitlab.instances.${instance}` };
  const asked = { intervalSeconds: 60, retrySeconds: 15, timeoutSeconds: 20 };
  const seen = { retrySeconds: 60, timeoutSeconds: 15 };
  const tell = (what: string): Check["command"] => [checkProgram, what, instance];
  const web = (of: string, ...more: string[]): Check["command"] => [
    ...(["check_http", "-H", of, "-I", "127.0.0.1", "-S", "--sni", "-t", "16"] as const),
    ...more,
  ];
  return [
    {
      ...{ ...about, ...seen, name: `${name}-container`, intervalSeconds: 120, needs: "docker" },
      command: tell("container"),
      runbook: `${logs}; \`pulumi up --refresh\` makes the container anew when it is gone.`,
    },
    {
      ...{ ...about, ...seen, name: `${name}-readiness`, intervalSeconds: 120 },
      ...{ needs: `${name}-container`, site: name },
      command: tell("readiness"),
      runbook: `${logs}, and \`docker exec ${name} gitlab-ctl status\`; a 404 is about the allow-list, for which \`pulumi up\` is enough.`,
    },
    {
      ...{ ...about, ...asked, name: `${name}-sign-in`, needs: `site-${name}`, site: name },
      command: web(hostname, "-u", "/users/sign_in", "-e", "200", "-w", "5", "-c", "15"),
      runbook: `${logs}; visitors see the offline page while it is away.`,
    },
    {
      ...{ ...about, ...asked, name: `${name}-ssh`, needs: `${name}-container`, site: name },
      command: ["check_ssh", "-t", "10", "-p", String(allocation.sshPort), sshAddress(ssh.address)],
      runbook: `Nobody can clone over SSH: see \`docker exec ${name} gitlab-ctl status sshd\` and the machine's firewall.`,
    },
    ...(registry
      ? [
          {
            ...{ ...about, ...asked, name: `${name}-registry`, needs: `site-${name}-registry` },
            command: web(registry.hostname, "-u", "/v2/", "-e", "401", "-w", "5", "-c", "15"),
            runbook: `A 401 is right, for nobody has logged in. See \`docker exec ${name} gitlab-ctl tail registry\` on the machine.`,
          },
        ]
      : []),
    ...inner(instance, options).map(({ what, ...one }) => ({
      ...{ ...about, ...seen, ...one, name: `${name}-${what}`, needs: `${name}-readiness` },
      command: tell(what),
    })),
    {
      ...{ ...about, ...seen, name: `${name}-disk`, intervalSeconds: 300 },
      command: ["check_disk", "-w", "20%", "-c", "10%", "-p", directoryOf(instance)],
      runbook: `See \`du -xhd 2 ${directoryOf(instance)}\`: backups, artifacts and logs are what one can do without; or raise \`quota\`.`,
    },
  ];
}

function sshAddress(address: string): string {
  return address === "0.0.0.0" ? "127.0.0.1" : address;
}

/** What only GitLab itself can tell. */
function inner(instance: string, { releases }: InstanceOptions) {
  const name = containerName(instance);
  return [
    {
      ...{ what: "sidekiq", intervalSeconds: 300 },
      runbook: `Read /admin/background_jobs as an administrator, and \`docker exec ${name} gitlab-ctl tail sidekiq\`.`,
    },
    {
      ...{ what: "migrations", intervalSeconds: 3600 },
      runbook:
        "Read /admin/background_migrations as an administrator; no upgrade before they are done.",
    },
    {
      ...{ what: "version", intervalSeconds: 3600 },
      runbook:
        releases === "off"
          ? "See which image it runs from; nobody is asked for security fixes (`releases` is off)."
          : "Set the tag of the latest patch of its minor version in `image`, and run `pulumi up`.",
    },
    {
      ...{ what: "token", intervalSeconds: 3600 },
      runbook:
        "Run `pulumi up`, which makes the platform's token anew and `platform-bot` active again.",
    },
  ];
}
