import { spawn } from "node:child_process";

/** How a program ended. A program that a signal ended has the code 128. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program gets. */
export interface RunOptions {
  /** Its standard input; empty by default, never the operator's terminal. */
  readonly input?: string | Buffer;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** After so many seconds it is ended; no limit by default. */
  readonly seconds?: number;
}

/** Runs a program to its end. Refuses only when the program cannot be started. */
export function run(
  command: string,
  args: readonly string[],
  { input = "", env, seconds }: RunOptions = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env } });
    // Not spawn's own time-out: that one keeps this process alive when the program is missing.
    const timer =
      seconds === undefined ? undefined : setTimeout(() => child.kill(), seconds * 1000);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin.on("error", () => undefined); // a program may end before it has read its input
    child.stdin.end(input);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({
        code: code ?? 128,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      });
    });
  });
}

/** Runs a program and gives its output. Refuses with its last words when it fails. */
export async function must(
  command: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code === 0) return stdout;
  const words = lastLines(stderr.trim() || stdout.trim(), 15);
  throw new Error(`${command} ${args[0] ?? ""} ended with ${code}:\n${words}`);
}

/** The last lines of a text. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}
