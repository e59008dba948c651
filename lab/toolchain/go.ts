import { ensureProgram, findProgram } from "../packages.ts";
import { must, run } from "../process.ts";
import { cliVersion, satisfies } from "./versions.ts";

/** The first Go that fetches the later one of go.mod by itself. */
const oldest = "1.21.0";

/**
 * Makes sure that there is a Go that can build the CLI; root gets Debian's where that is new
 * enough. Refuses, with what to install, when there is none.
 */
export async function ensureGo(): Promise<void> {
  if (!(await findProgram("go"))) {
    const debian = await debianGo();
    if (debian !== undefined && !satisfies(debian, oldest)) {
      throw new Error(`Go is missing, and Debian's ${debian} is too old.\n${remedy}`);
    }
    await ensureProgram("go", ["golang-go"]);
  }
  const version = (await must("go", ["env", "GOVERSION"])).trim().replace(/^go/, "");
  if (satisfies(complete(version), oldest)) return;
  throw new Error(`Go ${version} is too old.\n${remedy}`);
}

const remedy =
  "Where Pulumi's site cannot be reached, the lab builds the Pulumi CLI with Go: install a\n" +
  "current Go, so that `go` is on PATH, and run this again. Or install Pulumi itself,\n" +
  `${cliVersion} or later, so that \`pulumi\` is on PATH.`;

/** The version of Debian's package as apt knows it now; undefined when it knows none. */
async function debianGo(): Promise<string | undefined> {
  const unknown = { stdout: "" };
  const { stdout } = await run("apt-cache", ["policy", "golang-go"]).catch(() => unknown);
  const candidate = /^ *Candidate: (?:\d+:)?(\d+\.\d+)/m.exec(stdout)?.[1];
  return candidate === undefined ? undefined : complete(candidate);
}

/** Go leaves the last number out when it is 0, and Debian always does. */
function complete(version: string): string {
  return /^\d+\.\d+$/.test(version) ? `${version}.0` : version;
}
