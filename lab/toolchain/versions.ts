import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** A provider whose plugin the program needs, in the version of its npm package. */
export interface Provider {
  readonly name: string;
  readonly version: string;
}

/** The Pulumi CLI that is built or downloaded when none is there: the one that go.mod names. */
export const cliVersion = inGoMod(readFileSync(join(import.meta.dirname, "go.mod"), "utf8"));

/** The providers that the program uses; each SDK asks for the plugin of exactly its version. */
export const providers: readonly Provider[] = ["command", "docker", "tls"].map((name) => {
  const path = join(root, "node_modules/@pulumi", name, "package.json");
  return { name, version: (JSON.parse(readFileSync(path, "utf8")) as Provider).version };
});

/** The version of the CLI's module that a go.mod requires, without its `v`. */
export function inGoMod(text: string): string {
  const version = /^\s*github\.com\/pulumi\/pulumi\/pkg\/v3 v(\d+\.\d+\.\d+)\b/m.exec(text)?.[1];
  if (version === undefined) throw new Error("lab/toolchain/go.mod does not require pulumi/pkg/v3");
  return version;
}

/** Whether a version such as `v3.261.0` is of the same major as `wanted` and not older. */
export function satisfies(found: string, wanted: string): boolean {
  const parse = (version: string) => /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  const [have, need] = [parse(found), parse(wanted)];
  if (!have || !need || have[0] !== need[0]) return false;
  const [minor = 0, patch = 0] = have.slice(1);
  const [needMinor = 0, needPatch = 0] = need.slice(1);
  return minor > needMinor || (minor === needMinor && patch >= needPatch);
}
