import { execFile } from "node:child_process";

/** Reads a stack's outputs with the Pulumi CLI; without a name, those of the stack that it has chosen. Throws what that says. */
export function readOutputs<Outputs>(stack: string | undefined): Promise<Outputs> {
  const args = ["stack", "output", "--json", ...(stack === undefined ? [] : ["--stack", stack])];
  return new Promise((resolve, reject) => {
    execFile("pulumi", args, { maxBuffer: 64 * 1024 ** 2 }, (error, stdout, stderr) => {
      if (!error) resolve(JSON.parse(stdout) as Outputs);
      else if (error.code === "ENOENT") reject(new Error("the Pulumi CLI is missing: install it"));
      else reject(new Error(stderr.trim() || error.message));
    });
  });
}
