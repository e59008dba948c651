import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Socket } from "node:net";
import { Duplex } from "node:stream";

/** A connection to a Docker daemon through `ssh … docker system dial-stdio`. */
export class DialStdio extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(args: readonly string[]) {
    super();
    const child = spawn("ssh", args, { stdio: "pipe" });
    let said = "";
    this.#child = child;
    child.stdout.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000);
    });
    child.stdin.on("error", () => undefined);
    child.on("error", (error) => this.destroy(error));
    // Not "close": a shared connection that stays behind may hold stderr open.
    child.on("exit", (code) => {
      const reason = said.trim().split("\n").at(-1) ?? "";
      setImmediate(() => {
        if (code === 0) this.push(null);
        else this.destroy(new Error(reason || `ssh ended with status ${code ?? "unknown"}`));
      });
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#child.stdin.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#child.stdin.end(done);
  }

  /** Ends the session, and leaves ssh alone: it may carry the other sessions of the connection. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#child.stdin.end();
    done(error);
  }

  // What an HTTP agent does with a socket that it keeps; an idle one must not keep the process.
  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    for (const handle of this.#handles()) handle.ref();
    return this;
  }

  unref(): this {
    for (const handle of this.#handles()) handle.unref();
    return this;
  }

  /** All that keeps this process alive for the connection's sake. */
  #handles(): { ref(): unknown; unref(): unknown }[] {
    const { stdin, stdout, stderr } = this.#child;
    return [this.#child, ...[stdin, stdout, stderr].filter((pipe) => pipe instanceof Socket)];
  }
}
