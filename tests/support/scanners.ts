import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../lab/process.ts";
import { ensureVenv } from "../../lab/venv.ts";
import { testLab } from "./machine.ts";

const requirements = join(import.meta.dirname, "../fixtures/scanners.txt");

/** What sslyze says of a server, as it writes it. */
export interface TlsScan {
  /** What is not as Mozilla's guideline 5.7 has it, a line each. */
  readonly objections: readonly string[];
  readonly results: Readonly<
    Record<string, { readonly result: Readonly<Record<string, unknown>> }>
  >;
}

/** What gixy-ng objects to: which check, and the configuration that it means. */
export interface Finding {
  readonly plugin: string;
  readonly severity: string;
  readonly config: string;
}

const bin = () => ensureVenv(join(testLab, "scanners"), requirements, "sslyze and gixy-ng");

/** Works in a folder that is gone afterwards. */
async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "platform-scan-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Scans the TLS of a machine, from here, under a name that it serves. Fails when it was not scanned. */
export function scanTls(address: string, name: string, profile: string): Promise<TlsScan> {
  return inFolder(async (folder) => {
    const file = join(folder, "scan.json");
    const args = [`--mozilla_config=${profile}`, "--sni", name, `--json_out=${file}`];
    const { stdout } = await run(join(await bin(), "sslyze"), [...args, `${address}:443`]);
    const { server_scan_results: scans } = JSON.parse(await readFile(file, "utf8")) as {
      server_scan_results: { scan_result: TlsScan["results"] | null }[];
    };
    const results = scans[0]?.scan_result;
    if (!results || !stdout.includes("COMPLIANCE"))
      throw new Error(`nothing was scanned:\n${stdout}`);
    return {
      objections:
        stdout.match(/(?<=^ {8}\* )\w+(?=:)/gm)?.filter((word) => word === word.toLowerCase()) ??
        [],
      results,
    };
  });
}

/** Judges a whole configuration, as `nginx -T` prints it. */
export function judgeNginx(configuration: string): Promise<Finding[]> {
  return inFolder(async (folder) => {
    const file = join(folder, "nginx.conf");
    await writeFile(file, configuration);
    const { stdout, stderr } = await run(join(await bin(), "gixy"), ["-f", "json", file]);
    if (!stdout.startsWith("[")) throw new Error(`nothing was judged:\n${stderr}`);
    return JSON.parse(stdout) as Finding[];
  });
}
