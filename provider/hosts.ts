import { setTimeout as pause } from "node:timers/promises";
import type { ShellValue } from "../formats/shell.ts";
import { type Connection, type Open, openConnection } from "./connection.ts";
import { explained, Unreachable } from "./failure.ts";
import type { Log } from "./grpc/engine.ts";
import { described, type Host } from "./host.ts";
import { type Manifest, parseManifest } from "./manifest.ts";
import { remoteCommand, scriptText, type Verb } from "./shell/text.ts";

/** A script for a host: files behind the prelude, and the values of their variables. */
export interface HostScript {
  readonly files: readonly URL[];
  readonly values: Readonly<Record<string, ShellValue>>;
  readonly timeoutSeconds: number;
}

/** sshd allows 10 sessions a connection (MaxSessions in sshd_config(5)); one is ours to hold it. */
const channels = 8;

const look = {
  files: ["paths.sh", "look.sh"].map((name) => new URL(`./shell/${name}`, import.meta.url)),
  values: {},
  timeoutSeconds: 60,
};

/** What is known of one way to reach a host in this run. */
interface Reached {
  connection?: Promise<Connection>;
  manifest?: Promise<Manifest>;
  busy: number;
  readonly waiting: (() => void)[];
  warned: boolean;
}

/** All hosts of a run: one connection each, opened when it is needed, and what was read there. */
export class Hosts {
  readonly #reached = new Map<string, Reached>();
  readonly #log: Log;
  readonly #open: Open;

  constructor(log: Log, open: Open = openConnection) {
    this.#log = log;
    this.#open = open;
  }

  /**
   * All that the platform manages on a host. The first call asks the host, later ones get the same answer until
   * something is changed there. Throws `Unreachable` when there is no answer, at once for later calls.
   */
  manifest(host: Host, signal: AbortSignal): Promise<Manifest> {
    const reached = this.#of(host);
    reached.manifest ??= this.#read(host, signal);
    return reached.manifest;
  }

  /**
   * Runs a script that changes the host; gives what it printed. Throws its error text when it fails. `patience` are
   * the seconds that it waits for a machine that does not answer yet; a preview does not wait.
   */
  async change(
    host: Host,
    verb: Exclude<Verb, "look">,
    script: HostScript,
    signal: AbortSignal,
    patience = 90,
  ): Promise<string> {
    const reached = this.#of(host);
    try {
      return await this.#run(host, verb, script, signal, patience);
    } finally {
      delete reached.manifest;
    }
  }

  /** Warns once for each host. */
  warn(host: Host, message: string): void {
    const reached = this.#of(host);
    if (!reached.warned) this.#log("warning", message);
    reached.warned = true;
  }

  #of({ address, port, user, hostKey }: Host): Reached {
    const key = JSON.stringify([address, port, user, hostKey]);
    const reached = this.#reached.get(key) ?? { busy: 0, waiting: [], warned: false };
    this.#reached.set(key, reached);
    return reached;
  }

  async #read(host: Host, signal: AbortSignal): Promise<Manifest> {
    const text = await this.#run(host, "look", look, signal, 0);
    try {
      return parseManifest(text);
    } catch (error) {
      throw new Unreachable(host, error instanceof Error ? error.message : String(error));
    }
  }

  async #run(host: Host, verb: Verb, script: HostScript, signal: AbortSignal, seconds: number) {
    const reached = this.#of(host);
    if (reached.busy < channels) reached.busy++;
    else await new Promise<void>((go) => reached.waiting.push(go)); // takes over a place
    try {
      const connection = await this.#connect(host, reached, signal, seconds);
      if (signal.aborted) throw new Unreachable(host, "was not asked: the run was cancelled");
      const values = { RELEASE: host.release, INSTANCE: host.instance, ...script.values };
      const command = remoteCommand(verb, script.timeoutSeconds, host.user);
      // A cancelled run begins nothing more, but what runs on a host runs to its end: that is what it is made for.
      const text = scriptText(script.files, values);
      const { code, stdout, stderr } = await connection.run(command, text);
      if (code === 0) return stdout;
      if (/session open refused|session request failed/i.test(stderr)) {
        const why = `was refused a session by its sshd: MaxSessions must allow ${channels + 1} on a connection`;
        throw new Unreachable(host, why);
      }
      const lost = code === 255 ? await connection.lost() : undefined;
      if (lost !== undefined)
        throw new Unreachable(host, `was lost while a script ran: ${lost}`, { begun: true });
      const said = stderr.trim();
      throw verb === "look"
        ? new Unreachable(host, said || `its script ended with ${code}`)
        : new Error(
            said ||
              `${described(host)}: the script was ended from outside (${code}), killed or out of memory: see \`journalctl -k\` there`,
          );
    } finally {
      const next = reached.waiting.shift();
      if (next) next();
      else reached.busy--;
    }
  }

  async #connect(
    host: Host,
    reached: Reached,
    signal: AbortSignal,
    seconds: number,
  ): Promise<Connection> {
    const current = reached.connection;
    const open = await current?.catch(() => undefined);
    if (open?.alive() === true) return open;
    if (reached.connection === current) reached.connection = this.#dial(host, signal, seconds);
    return reached.connection ?? this.#connect(host, reached, signal, seconds);
  }

  async #dial(host: Host, signal: AbortSignal, seconds: number): Promise<Connection> {
    const end = performance.now() + seconds * 1000;
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
