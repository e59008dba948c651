import { setTimeout as pause } from "node:timers/promises";
import type { Connection, Open, Ran } from "./connection.ts";
import { explained, LinkLost, Unreachable } from "./failure.ts";
import type { Host } from "./host.ts";

/** sshd allows 10 sessions a connection (MaxSessions in sshd_config(5)); one is ours to hold it. */
const channels = 8;

/** What a session runs: a command of the login shell, and the text on its stdin. */
export interface Sent {
  readonly command: string;
  readonly text: string;
}

/** One way to reach a host: its connection, opened when it is needed, and the few places for sessions on it. */
export class Link {
  readonly #open: Open;
  readonly #waiting: (() => void)[] = [];
  #connection: Promise<Connection> | undefined;
  #busy = 0;

  constructor(open: Open) {
    this.#open = open;
  }

  /**
   * Runs one command on the host to its end. `patience` are the seconds that it waits for a machine that does not
   * answer yet. Throws `Unreachable`, and `LinkLost` when the link went away while the command ran.
   */
  async session(host: Host, signal: AbortSignal, patience: number, sent: Sent): Promise<Ran> {
    if (this.#busy < channels) this.#busy++;
    else await new Promise<void>((go) => this.#waiting.push(go)); // takes over a place
    try {
      const connection = await this.#connect(host, signal, patience);
      if (signal.aborted) throw new Unreachable(host, "was not asked: the run was cancelled");
      // A cancelled run begins nothing more, but what runs on a host runs to its end: that is what it is made for.
      const ran = await connection.run(sent.command, sent.text);
      if (ran.code === 0) return ran;
      if (/session open refused|session request failed/i.test(ran.stderr)) {
        const why = `was refused a session by its sshd: MaxSessions must allow ${channels + 1} on a connection`;
        throw new Unreachable(host, why);
      }
      const refused = refusedRoot(host, ran);
      if (refused !== undefined) throw new Unreachable(host, refused);
      const lost = ran.code === 255 ? await connection.lost() : undefined;
      if (lost !== undefined) throw new LinkLost(host, lost);
      return ran;
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#busy--;
    }
  }

  /** Lets the connection end when its sessions have; the next one is made anew. */
  drop(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.then(
      (open) => {
        open.close();
      },
      () => undefined,
    );
  }

  async #connect(host: Host, signal: AbortSignal, patience: number): Promise<Connection> {
    const current = this.#connection;
    const open = await current?.catch(() => undefined);
    if (open?.alive() === true) return open;
    if (this.#connection === current) this.#connection = this.#dial(host, signal, patience);
    return this.#connection ?? this.#connect(host, signal, patience);
  }

  async #dial(host: Host, signal: AbortSignal, patience: number): Promise<Connection> {
    const end = performance.now() + patience * 1000;
    for (;;) {
      try {
        return await this.#open(host, signal);
      } catch (error) {
        const failure = explained(host, error);
        if (!failure.passing || performance.now() > end) throw failure;
        await pause(3000, undefined, { signal }).catch(() => {
          throw new Unreachable(host, "was waited for, and the run was cancelled");
        });
      }
    }
  }
}

/** Why a login that is not root could not become it, of a session that ended before its script began. */
function refusedRoot({ user }: Host, { stdout, stderr }: Ran): string | undefined {
  const said = stdout === "" ? /sudo: .*$/m.exec(stderr)?.[0].trim() : undefined;
  if (user === "root" || said === undefined) return undefined;
  return (
    `does not let ${user} become root (${said}): give it \`${user} ALL=(ALL) NOPASSWD: ALL\` in /etc/sudoers.d there, ` +
    "or take another `user`"
  );
}
