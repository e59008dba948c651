import { availableParallelism, cpus, release } from "node:os";
import { join } from "node:path";
import { run } from "../lab/process.ts";
import type { Toolchain } from "../lab/toolchain/index.ts";

/** What a comparison is made with, a line each. */
export async function versions({ description }: Toolchain, bin: string): Promise<string[]> {
  const asked = [
    await run("ssh", ["-V"]),
    await run(join(bin, "ansible-playbook"), ["--version"]),
    await run(join(bin, "pyinfra"), ["--version"]),
    await run(join(bin, "python3"), ["--version"]),
  ];
  const told = asked.map(({ stdout, stderr }) => (stdout + stderr).trim().split("\n")[0] ?? "");
  const cpu = `${availableParallelism()} cores of ${cpus()[0]?.model ?? "an unknown CPU"}`;
  return [description, `Node ${process.version}`, ...told, `Linux ${release()}, ${cpu}`];
}
