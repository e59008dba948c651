/** Majors of PostgreSQL that discourse_docker has a numbered template for, and that its base image or apt can still run. */
export const postgresMajors = [13, 15, 18] as const;

/** A major of PostgreSQL. */
export type PostgresMajor = (typeof postgresMajors)[number];

/** The one that a forum gets which does not name any. */
export const defaultMajor: PostgresMajor = 18;

/** Templates that somebody may add to those that each forum behind the host's nginx has. */
export const extraTemplates = [
  "enable-ruby-yjit.yml",
  "import/chrome-dep.template.yml",
  "import/mbox.template.yml",
  "import/mssql-dep.template.yml",
  "import/mysql-dep.template.yml",
  "import/phpbb3.template.yml",
  "import/vanilla.template.yml",
  "web.china.template.yml",
] as const;

/** A template that may be added. */
export type ExtraTemplate = (typeof extraTemplates)[number];

const hostsTls =
  "must not be there: once a certificate lies in shared/ssl it takes the socket away at boot; the host's nginx does TLS";
const nothing = "must not be there: it does nothing any more, and discourse_docker is to drop it";
const proxies =
  "must not be there: the host's nginx is what clients reach, so its `trustedProxies` has to know them";
const ours = "is there already: each forum has it, in the place where it has to be";

/** Why each of the other templates of discourse_docker is refused, in the words that follow its name. */
export const refusedTemplates: Readonly<Record<string, string>> = {
  "cache-dns.template.yml": "must not be there: it is for a database on another machine",
  "cloudflare.template.yml": proxies,
  "cron.template.yml": nothing,
  "fastly.template.yml": proxies,
  "offline-page.template.yml":
    "must not be there: the host's nginx has the offline page, and it would migrate at every boot",
  "postgres.template.yml":
    "must not be there: it goes to the next major of PostgreSQL by itself; set `postgres` instead",
  "redis.template.yml": ours,
  "sshd.template.yml": nothing,
  "syslog.template.yml": nothing,
  "web.ipv6.template.yml": nothing,
  "web.letsencrypt.ssl.template.yml": hostsTls,
  "web.onion.template.yml":
    "must not be there: it listens on a port of its own, past the host's nginx",
  "web.ratelimited.template.yml": ours,
  "web.socketed.template.yml": ours,
  "web.ssl.template.yml": hostsTls,
  "web.template.yml": ours,
  ...Object.fromEntries(
    ["9.5", "10", "12", ...postgresMajors].map((major) => [
      `postgres.${major}.template.yml`,
      "must not be there: set `postgres` instead",
    ]),
  ),
};

/** The templates of a forum in one container, in the order in which they are run: the list's order is theirs. */
export function standaloneTemplates(
  postgres: PostgresMajor,
  extra: readonly ExtraTemplate[],
): readonly string[] {
  return [...dataTemplates(postgres), ...webTemplates(extra)];
}

/** Those of a container that has the database and Redis alone (discourse_docker, samples/data.yml). */
export function dataTemplates(postgres: PostgresMajor): readonly string[] {
  return [`postgres.${postgres}.template.yml`, "redis.template.yml"].map(inFolder);
}

/** Those of a forum whose database and Redis are elsewhere (discourse_docker, samples/web_only.yml). */
export function webTemplates(extra: readonly ExtraTemplate[]): readonly string[] {
  const web = ["web.template.yml", "web.ratelimited.template.yml", "web.socketed.template.yml"];
  return [...web, ...extra].map(inFolder);
}

function inFolder(name: string): string {
  return `templates/${name}`;
}

/** Every template that may stand in the file of a forum behind the host's nginx. */
export const fileTemplates: readonly string[] = [
  ...postgresMajors.flatMap((major) => standaloneTemplates(major, [])),
  ...extraTemplates.map((name) => `templates/${name}`),
];

/** Parameters that these templates read and a person may set; anything else would be written in vain. */
export const freeParams = [
  ...["burst_per_minute", "burst_per_second", "conn_per_ip", "reqs_per_minute", "reqs_per_second"],
  ...["db_checkpoint_segments", "db_default_text_search_config", "db_log_min_duration_statement"],
  ...["db_logging_collector", "db_synchronous_commit", "db_work_mem"],
  ...["nginx_worker_connections", "redis_io_threads"],
] as const;

/** Whether a parameter, or a step, is one of the database's or Redis's templates. */
export function ofStores(name: string): boolean {
  return /^(?:db_(?!migrate)|redis|postgres$)/.test(name);
}

/** Parameters that typed options set, or that must stay as the templates have them. */
export const fixedParams = [
  ...["db_name", "db_shared_buffers", "db_user", "home", "upload_size", "version"],
] as const;

/** Steps of these templates that others can be put before or after; pups leaves out those of another name without a word. */
export const hookSteps = [
  ...["postgres", "redis", "code", "web_config", "web", "yarn", "bundle_exec"],
  ...["plugin_compatibility", "db_migrate", "clear_stuck_web_upgrades"],
  ...["assets_precompile_build", "assets_precompile"],
] as const;

/** A hook of pups. */
export type Hook = `${"before" | "after"}_${(typeof hookSteps)[number]}`;

/** All hooks. */
export const hooks = hookSteps.flatMap((step): Hook[] => [`before_${step}`, `after_${step}`]);

/** The step that a hook is before or after. */
export function stepOf(hook: string): string {
  return hook.replace(/^[a-z]+_/, "");
}
