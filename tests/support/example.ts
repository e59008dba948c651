import { readFileSync } from "node:fs";
import { parse as parseYaml } from "yaml";
import { describe, parse, type Configuration, type Source } from "../../config.ts";

/** Secrets of the examples; each is looked for everywhere it must not be. */
export const canaries = {
  user: "canary-smtp-user",
  password: "canary-smtp-password",
  copies: "canary-of-the-copies",
  stores: "canary-of-the-stores",
  relay: "canary-of-a-customers-relay",
} as const;

/** A host key as a machine may have it. */
export const hostKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJlcGxhY2VUaGlzRXhhbXBsZUJ5WW91ckhvc3RLZXkh";

/** Another machine's host key. */
export const otherHostKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEFub3RoZXJNYWNoaW5lc0hvc3RLZXlGb3JUZXN0cyEh";

/** A bastion as a stack file has it. */
export const bastion = {
  address: "gate.example.org",
  port: 2200,
  user: "jump",
  hostKey: otherHostKey,
};

/** Sections as objects, by name. */
export type Sections = Record<string, Record<string, unknown>>;

/** The sections of a committed stack file, completed by what the lab or a person adds to it. */
export function stackSections(file: string): Sections {
  const text = readFileSync(new URL(`../../stacks/${file}`, import.meta.url), "utf8");
  const { config } = parseYaml(text) as { config: Sections };
  const sections = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^platform:/, ""), value]),
  );
  const { hosts, forum, backups, gitlab } = sections;
  for (const host of Object.values(hosts ?? {})) {
    const key = "vm" in (host as object) ? {} : { hostKey };
    Object.assign(host as object, { address: "127.0.0.1", ...key, ...(host as object) });
  }
  if (forum) {
    forum["image"] ??= {
      name: "discourse-standin:1",
      archive: "/var/lib/platform/images/standin.tar",
    };
    forum["smtp"] = {
      ...(forum["smtp"] as object),
      user: canaries.user,
      password: canaries.password,
    };
    for (const name of ["database", "redis"]) {
      if (forum[name]) Object.assign(forum[name], { password: canaries.stores });
    }
  }
  if (backups) backups["password"] ??= canaries.copies;
  const instances = gitlab?.["instances"] as Record<string, Record<string, object>> | undefined;
  const smtp = instances?.["acme"]?.["smtp"];
  if (smtp) Object.assign(smtp, { password: canaries.relay });
  return sections;
}

/** Sections as `config.ts` reads them; those with secrets come encrypted. */
export function sourceOf(sections: Sections, secret = true): Source {
  return new Map(
    Object.entries(sections).map(([key, value]) => [
      key,
      {
        text: JSON.stringify(value),
        secret: secret && ["forum", "backups", "gitlab"].includes(key),
      },
    ]),
  );
}

/** The validated configuration of sections; fails with all problems. */
export function configuration(sections: Sections): Configuration {
  const { config, problems } = parse(sourceOf(sections));
  if (!config) throw new Error(describe(problems, "platform", "test"));
  return config;
}
