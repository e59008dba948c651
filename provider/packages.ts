import type { ShellValue } from "../formats/shell.ts";
import type { CheckFailure } from "./grpc/provider.ts";
import { isObject, type Properties, reveal, text, type Value } from "./grpc/values.ts";
import type { Importing, Kind } from "./kind.ts";

const scripts = ["notes.sh", "apt.sh", "sources.sh", "unpacked.sh", "packages.sh"].map(
  (name) => new URL(`./shell/${name}`, import.meta.url),
);

/** What stands for "any version will do". */
const any = "installed";

/** Packages that are installed already; of package sources, a machine does not tell which were meant. */
const importing: Importing = {
  fields: ["package", "held"],
  example: "&package=nginx&package=curl",
  unread: [],

  named(things) {
    const wanted = things.flatMap(([field, value]) => (field === "package" ? [value] : []));
    return {
      packages: Object.fromEntries(
        wanted.map((one) => {
          const [name = "", ...version] = one.split("=");
          return [name, version.length === 0 ? any : version.join("=")];
        }),
      ),
      held: things.flatMap(([field, name]) => (field === "held" ? [name] : [])),
      sources: {},
    };
  },

  values: (state, inputs) => ({
    PACKAGES: Object.keys({ ...object(state["packages"]), ...object(inputs["packages"]) }),
  }),

  found(manifest, _id, named) {
    const wanted = Object.entries(object(named["packages"]));
    const versions = wanted.flatMap(([name, version]) => {
      const one = manifest.packages.get(name);
      if (!one) return [`${name} is not installed`];
      if (version === any || version === one.version) return [];
      return [`${name} is installed as ${one.version}, not as ${text(version)}`];
    });
    const free = names(named["held"]).filter((name) => manifest.packages.get(name)?.held === false);
    return {
      inputs: named,
      refused: [...versions, ...free.map((name) => `${name} is not on hold`)],
    };
  },
};

/**
 * `host:index:Packages`: Debian packages. Inputs: `packages`, an object by name whose value is an exact version or
 * "installed"; `held`, names that no upgrade may touch; `sources`, an object by name with `text` (deb822),
 * `keyUrl` and `fingerprint`. Output: `changedAt`, when the newest of the packages was unpacked.
 */
export const packages: Kind = {
  inputs: ["packages", "held", "sources"],
  outputs: ["changedAt"],
  importing,

  check(news) {
    const failures: CheckFailure[] = [];
    const wanted = object(news["packages"]);
    if (Object.keys(wanted).length === 0) {
      failures.push({ property: "packages", reason: "names no package" });
    }
    for (const [name, version] of Object.entries(wanted)) {
      if (!/^[a-z0-9][a-z0-9+.-]+$/.test(name) || !/^[\w.+:~-]+$/.test(text(version))) {
        const reason = `"${name}" is not a package's name, or its version is not one`;
        failures.push({ property: `packages[${JSON.stringify(name)}]`, reason });
      }
    }
    for (const name of names(news["held"]).filter((name) => !(name in wanted))) {
      failures.push({ property: "held", reason: `${name} is not among the packages` });
    }
    for (const [name, source] of Object.entries(object(news["sources"]))) {
      const { fingerprint } = object(source);
      if (!/^[a-z0-9-]+$/.test(name) || !/^[0-9A-F]{40}$/.test(text(fingerprint))) {
        const reason =
          "needs a name of lower case letters, and a fingerprint of 40 hexadecimal digits";
        failures.push({ property: `sources[${JSON.stringify(name)}]`, reason });
      }
    }
    return { inputs: news, failures };
  },

  claims: (inputs) =>
    Object.fromEntries(
      Object.keys(object(inputs["sources"])).map((name) => [
        `sources.${name}`,
        `package source ${name}`,
      ]),
    ),

  script(inputs) {
    const wanted = Object.entries(object(inputs["packages"]));
    const sources = Object.entries(object(inputs["sources"]));
    const field = (name: string) => sources.map(([, source]) => text(object(source)[name]));
    const values: Record<string, ShellValue> = {
      PACKAGES: wanted.map(([name]) => name),
      VERSIONS: wanted.map(([, version]) => (version === any ? "" : text(version))),
      HELD: names(inputs["held"]),
      SOURCES: sources.map(([name]) => name),
      SOURCE_TEXTS: field("text"),
      KEY_URLS: field("keyUrl"),
      FINGERPRINTS: field("fingerprint"),
    };
    return { files: scripts, values, timeoutSeconds: 900 };
  },

  observe(manifest, id, state, inputs) {
    if (!manifest.wanting.has(id)) return undefined;
    const all = (name: string) =>
      Object.entries({ ...object(state[name]), ...object(inputs[name]) });
    const found = all("packages").flatMap(([name, version]) => {
      const one = manifest.packages.get(name);
      return one ? [[name, version === any ? any : one.version] as const] : [];
    });
    const sources = all("sources").flatMap(([name, source]) => {
      const one = manifest.sources.get(name);
      if (one?.text === undefined) return [];
      return [[name, { ...object(source), text: one.text, fingerprint: one.fingerprint }] as const];
    });
    return {
      ...state,
      packages: Object.fromEntries(found),
      held: names(inputs["held"] ?? state["held"]).filter(
        (name) => manifest.packages.get(name)?.held === true,
      ),
      sources: Object.fromEntries(sources),
      ...(manifest.changed.has(id) ? { changedAt: manifest.changed.get(id) ?? "" } : {}),
    };
  },

  unknownAfter: (changes) =>
    Object.keys(changes).some((path) => /^(?:packages|sources|host)\b/.test(path))
      ? ["changedAt"]
      : [],
};

function object(value: Value | undefined): Properties {
  const known = reveal(value ?? {});
  return isObject(known) ? known : {};
}

function names(list: Value | undefined): string[] {
  const known = reveal(list ?? []);
  return Array.isArray(known) ? known.map(text) : [];
}
