import { spawn } from "node:child_process";

/** One run of the OpenSSH client. */
export interface SshRun {
  args: string[];
  stdin: string;
  environment: Record<string, string>;
  signal: AbortSignal;
}

/** How it ended: status 255 is either ssh's own failure or the remote command's. */
export interface SshResult {
  status: number;
  stdout: string;
  stderr: string;
  /** Both streams in the order in which they came. */
  both: string;
}

/** Runs the client; tests put something else in its place. */
export type SshRunner = (run: SshRun) => Promise<SshResult>;

/** Starts the OpenSSH client on PATH, with nothing of this process's environment that it can do without. */
export const spawnSsh: SshRunner = ({ args, stdin, environment, signal }) =>
  new Promise((resolve, reject) => {
    const { PATH, HOME, SSH_AUTH_SOCK } = process.env;
    const child = spawn("ssh", args, {
      env: { PATH, HOME, SSH_AUTH_SOCK, ...environment },
      stdio: "pipe",
      signal,
    });
    const printed: Record<"stdout" | "stderr" | "both", Buffer[]> = {
      stdout: [],
      stderr: [],
      both: [],
    };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].on("data", (chunk: Buffer) => {
        printed[stream].push(chunk);
        printed.both.push(chunk);
      });
    }
    // A remote command may end without reading its stdin; that is no error.
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
    child.on("error", reject);
    child.on("close", (status) => {
      const said = (name: keyof typeof printed) => Buffer.concat(printed[name]).toString();
      resolve({
        status: status ?? 255,
        stdout: said("stdout"),
        stderr: said("stderr"),
        both: said("both"),
      });
    });
  });
