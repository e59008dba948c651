import { z } from "zod";
import { hash, type Ruby, RubyFile, type RubySetting, rubySettings } from "../../formats/ruby.ts";
import { bytes, mebibytes } from "../../formats/size.ts";
import type { Allocation } from "./allocation.ts";
import { extraProblems } from "./keys.ts";
import { watchesItself, workerMemory, type Size } from "./plan.ts";
import { behindProxy, innerPorts, serverSettings } from "./servers.ts";
import { smtpSettings, type Smtp } from "./smtp.ts";
import type { Version } from "./version.ts";

/** What gitlab.rb follows from. */
export interface GitlabRb {
  readonly version: Version;
  /** The customer's name for it. */
  readonly hostname: string;
  /** Port in the SSH URLs that GitLab shows. */
  readonly sshPort: number;
  /** Name or address in them; `hostname` when absent, or 0.0.0.0 for all of the machine. */
  readonly sshAddress?: string | undefined;
  readonly size: Size;
  readonly allocation: Allocation;
  /** The relay for its mail; none is sent when absent. */
  readonly smtp?: Smtp | undefined;
  readonly registryHostname?: string | undefined;
  readonly pagesHostname?: string | undefined;
  /** Addresses and networks that may ask its health, besides the machine itself. */
  readonly monitors: readonly string[];
  readonly timeZone?: string | undefined;
  /** Settings of the instance's own by section and key; what GitLab does not know or the platform sets is refused. */
  readonly extra: Readonly<Record<string, Readonly<Record<string, Ruby>>>>;
  /** Files in the container. That of the first password is read at every reconfigure; GitLab makes one when it is absent. */
  readonly secrets: {
    readonly smtpPassword?: string | undefined;
    readonly licence?: string | undefined;
    readonly rootPassword?: string | undefined;
  };
}

/**
 * Renders gitlab.rb of a container behind our nginx. Everything that GitLab would detect, and would take from the machine, is
 * said. Refuses names and addresses that are none, since GitLab writes some of them into YAML as they are (RangeError).
 */
export function gitlabRb(input: GitlabRb): string {
  check(input);
  const { version, secrets, allocation, monitors } = input;
  const rails = Object.entries({
    ...sshOf(input),
    ...(input.timeZone === undefined ? {} : { time_zone: input.timeZone }),
    trusted_proxies: [allocation.subnet],
    monitoring_whitelist: allowed(allocation, monitors),
    ...smtpSettings(input.smtp, input.hostname, secrets.smtpPassword),
    ...rootPassword(secrets.rootPassword),
    ...(secrets.licence === undefined ? {} : { initial_license_file: secrets.licence }),
  }).map(([key, value]) => ({ section: "gitlab_rails", key, value }));
  const settings = [
    { section: "external_url", value: `https://${input.hostname}` },
    ...rails,
    ...serverSettings("gitlab_rails", behindProxy(innerPorts.http, allocation), version),
    { section: "letsencrypt", key: "enable", value: false },
    ...registry(input),
    ...pages(input),
    ...sized(input.size),
  ];
  return `${header}${rubySettings(withExtra(settings, input.extra))}`;
}

const header = "# Written by the platform: what is changed here by hand is put back.\n";

function sshOf({ sshPort, sshAddress }: GitlabRb): Record<string, Ruby> {
  return {
    ...(sshAddress === undefined || sshAddress === "0.0.0.0"
      ? {}
      : { gitlab_ssh_host: sshAddress }),
    gitlab_shell_ssh_port: sshPort,
  };
}

/** Who may ask for the health: others are answered 404. The gateway is the machine, when it asks the container itself. */
function allowed({ gateway }: Allocation, monitors: readonly string[]): string[] {
  return [...new Set(["127.0.0.0/8", "::1/128", `${gateway}/32`, ...monitors])];
}

/** GitLab keeps a password that it makes itself for a day, in a file that only root reads; never in its log. */
function rootPassword(path: string | undefined): Record<string, Ruby> {
  return {
    ...(path === undefined ? {} : { initial_root_password: new RubyFile(path) }),
    store_initial_root_password: path === undefined,
    display_initial_root_password: false,
  };
}

/**
 * Without its database, as all registries up to 18.11 were made: from 19.0 on a new one would get it, and data in it can never
 * leave it again and are in no backup of GitLab's.
 */
function registry({ registryHostname, allocation, version }: GitlabRb): RubySetting[] {
  const database = { section: "registry", key: "database", value: { enabled: false } };
  if (registryHostname === undefined) {
    return [{ section: "registry", key: "enable", value: false }, database];
  }
  return [
    { section: "registry_external_url", value: `https://${registryHostname}` },
    { section: "registry", key: "enable", value: true },
    database,
    ...serverSettings("registry", behindProxy(innerPorts.registry, allocation), version),
  ];
}

/** Each namespace below a path, so that one certificate is enough. */
function pages({ pagesHostname, allocation, version }: GitlabRb): RubySetting[] {
  const section = "gitlab_pages";
  if (pagesHostname === undefined) return [{ section, key: "enable", value: false }];
  return [
    { section: "pages_external_url", value: `https://${pagesHostname}` },
    { section, key: "enable", value: true },
    { section, key: "namespace_in_path", value: true },
    ...serverSettings(section, behindProxy(innerPorts.pages, allocation), version),
  ];
}

function sized(size: Size): RubySetting[] {
  return [
    { section: "nginx", key: "worker_processes", value: Math.ceil(size.cpus) },
    { section: "puma", key: "worker_processes", value: size.puma },
    { section: "puma", key: "per_worker_max_memory_mb", value: mebibytes(workerMemory) },
    { section: "sidekiq", key: "concurrency", value: size.sidekiq },
    // PostgreSQL's MB is 1,048,576 bytes.
    {
      section: "postgresql",
      key: "shared_buffers",
      value: `${Math.floor(size.sharedBuffersBytes / bytes("1 MiB"))}MB`,
    },
    { section: "prometheus_monitoring", key: "enable", value: watchesItself(size) },
    ...logs,
  ];
}

/** By itself, GitLab keeps 30 files of 200 MB of each of its services. */
const logs: readonly RubySetting[] = [
  { section: "logging", key: "svlogd_size", value: bytes("50 MiB") },
  { section: "logging", key: "svlogd_num", value: 5 },
  { section: "logging", key: "logrotate_maxsize", value: "50M" },
  { section: "logging", key: "logrotate_rotate", value: 7 },
];

/** The instance's own settings come last; those of a server join the platform's in their hash. */
function withExtra(settings: readonly RubySetting[], extra: GitlabRb["extra"]): RubySetting[] {
  const own = Object.entries(extra).flatMap(([section, keys]) =>
    Object.entries(keys).map(([key, value]) => ({ section, key, value })),
  );
  const same = (one: RubySetting, other: RubySetting) =>
    one.section === other.section && one.key === other.key;
  const joined = settings.map((setting) => {
    const more = own.find((one) => same(one, setting));
    return more === undefined
      ? setting
      : { ...setting, value: { ...hash(setting.value), ...hash(more.value) } };
  });
  return [...joined, ...own.filter((one) => !settings.some((setting) => same(one, setting)))];
}

const name = z
  .string()
  .max(253)
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/,
    "is no host name in lower case",
  );
const address = z.union([z.ipv4(), z.ipv6()]);
const shape = z.object({
  hostname: name,
  sshPort: z.int("is no port").min(1, "is no port").max(65535, "is no port"),
  sshAddress: z
    .string()
    .refine((one) => z.union([name, address]).safeParse(one).success, "is no name or address")
    .optional(),
  registryHostname: name.optional(),
  pagesHostname: name.optional(),
  monitors: z.array(z.union([address, z.cidrv4(), z.cidrv6()], "is no address or network")),
  timeZone: z
    .string()
    .regex(/^[A-Za-z]+(?:\/[\w+-]+)*$/, "is no time zone such as Europe/Berlin")
    .optional(),
  allocation: z.object({ subnet: z.cidrv4("is no network"), gateway: z.ipv4("is no address") }),
});

function check(input: GitlabRb): void {
  const [issue] = shape.safeParse(input).error?.issues ?? [];
  if (issue !== undefined) {
    throw new RangeError(`gitlab.rb cannot hold ${issue.path.join(".")}: it ${issue.message}`);
  }
  const [wrong] = extraProblems(input.extra, input.version);
  if (wrong !== undefined) throw new RangeError(wrong.message);
}
