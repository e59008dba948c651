import { hash, ruby, type Ruby } from "../../formats/ruby.ts";
import { known, namesOf } from "./names.ts";
import { owner } from "./owned.ts";
import { outside } from "./outside.ts";
import { since, type Version } from "./version.ts";

/** Why a setting is refused, and where it stands in the settings. */
export interface KeyProblem {
  readonly path: readonly string[];
  readonly message: string;
}

/** What took the place of names that GitLab no longer has: of all that begin so, longer ones first. */
const replacements: readonly (readonly [beginning: string, instead: (rest: string) => string])[] = [
  ["gitlab_rails.gitlab_signup_enabled", () => "it is an application setting, `signup_enabled`"],
  ["gitlab_kas_nginx.", (key) => `take gitlab_kas['nginx']['${key}']`],
  ["registry_nginx.", (key) => `take registry['nginx']['${key}']`],
  ["pages_nginx.", (key) => `take gitlab_pages['nginx']['${key}']`],
  ["nginx.", (key) => `take gitlab_rails['nginx']['${key}']`],
  ["sidekiq.max_concurrency", () => "`plan` sets sidekiq['concurrency'] instead"],
  ["sidekiq.min_concurrency", () => "`plan` sets sidekiq['concurrency'] instead"],
  ["git_data_dir", () => "take gitaly['configuration'] with its `storage`"],
  ["mattermost", () => "run Mattermost apart from GitLab"],
  ["spamcheck", () => "run Spamcheck apart from GitLab"],
  ["unicorn", () => "Puma took its place, whose size `plan` sets"],
  ["grafana", () => "Grafana is no longer part of GitLab"],
];

/**
 * Why gitlab.rb may not hold `section['key']` or, without a key, the top-level `section`: this release does not know it, or
 * something else sets it. Undefined when it may.
 */
export function keyProblem(
  section: string,
  key: string | undefined,
  version: Version,
): string | undefined {
  return problem(key === undefined ? [section] : [section, key], version);
}

/**
 * All that is wrong with the settings of an instance's own, by section and key. The bundled nginx has its settings in a hash
 * of each service from 19.2 on: each key of it is one setting.
 */
export function extraProblems(
  extra: Readonly<Record<string, Readonly<Record<string, Ruby>>>>,
  version: Version,
): readonly KeyProblem[] {
  const settings = Object.entries(extra).flatMap(([section, keys]) =>
    Object.entries(keys).map(([key, value]) => ({ section, key, value })),
  );
  return settings.flatMap(({ section, key, value }) => {
    const inner = key === "nginx" ? hash(value) : {};
    const path = [section, key];
    if (inner === undefined) return [{ path, message: `${written(path)} must be a mapping` }];
    const paths = [path, ...Object.keys(inner).map((name) => [...path, name])];
    return paths.flatMap((one) => {
      const message =
        problem(one, version) ??
        (one === path ? (unwritable(path, value) ?? lost(path, value)) : undefined);
      return message === undefined ? [] : [{ path: one, message }];
    });
  });
}

function lost(path: readonly string[], value: Ruby): string | undefined {
  const place = outside(path.at(-1) ?? "", value);
  if (place === undefined) return undefined;
  return `${written(path)}: ${place} is in the container alone, whose files go when it is replaced: take a place below /var/opt/gitlab`;
}

function unwritable(path: readonly string[], value: Ruby): string | undefined {
  try {
    ruby(value);
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return `${written(path)}: ${error.message}`;
    throw error;
  }
}

function problem(path: readonly string[], version: Version): string | undefined {
  const name = path.join(".");
  const shown = written(path);
  const from = owner(name);
  if (from !== undefined) return `${shown} is not for settings of one's own: ${from}`;
  const state = known(name, version);
  if (state.known === "yes") return undefined;
  const instead = replaced(name, version);
  const hint = instead === undefined ? "" : `: ${instead}`;
  if (state.known === "ended") return `${shown} ended with GitLab ${state.release}${hint}`;
  if (state.known === "coming") {
    return `${shown} comes with GitLab ${state.release}, and this is ${version.text}`;
  }
  return `${shown} is no setting of GitLab ${version.text}${hint === "" ? meant(path, version) : hint}`;
}

function replaced(name: string, version: Version): string | undefined {
  // Before, those of the bundled nginx had no other place.
  if (/^(?:\w+_)?nginx\./.test(name) && !since(version, "19.2")) return undefined;
  const found = replacements.find(([beginning]) => name.startsWith(beginning));
  return found?.[1](name.slice(found[0].length));
}

function written([section = "", ...keys]: readonly string[]): string {
  return section + keys.map((key) => `['${key}']`).join("");
}

/** The name that a misspelt one is closest to, where one is close. */
function meant(path: readonly string[], version: Version): string {
  const last = path.at(-1) ?? "";
  const section = path.length === 1 ? undefined : path.slice(0, -1).join(".");
  const [nearest] = namesOf(section, version)
    .map((name) => ({ name, changes: changes(last, name) }))
    .filter((one) => one.changes <= 2)
    .toSorted((one, other) => one.changes - other.changes);
  return nearest === undefined ? "" : `: is \`${nearest.name}\` meant?`;
}

/** How many letters have to be changed, put in or taken out to make one word of another (Levenshtein, 1965). */
function changes(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of Array.from(from).entries()) {
    const next = [index + 1];
    for (const [column, other] of Array.from(to).entries()) {
      next.push(
        Math.min(
          (next[column] ?? 0) + 1,
          (row[column + 1] ?? 0) + 1,
          (row[column] ?? 0) + (letter === other ? 0 : 1),
        ),
      );
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
