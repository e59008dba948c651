import type { ShellValue } from "../formats/shell.ts";
import { type Open, openConnection } from "./connection.ts";
import { runDetached } from "./detached.ts";
import { ScriptFailed, Unreachable } from "./failure.ts";
import type { Log } from "./grpc/engine.ts";
import { described, type Host } from "./host.ts";
import { Link, type Sent } from "./link.ts";
import { type Manifest, parseManifest } from "./manifest.ts";
import { remoteCommand, scriptText } from "./shell/text.ts";

/** A script for a host: files behind the prelude, and the values of their variables. */
export interface HostScript {
  readonly files: readonly URL[];
  readonly values: Readonly<Record<string, ShellValue>>;
  readonly timeoutSeconds: number;
  /** How long it may take to bring to an end what the script leaves when it is killed; 120 when absent. */
  readonly backSeconds?: number;
}

const look = {
  files: ["paths.sh", "place.sh", "check.sh", "look.sh"].map(
    (name) => new URL(`./shell/${name}`, import.meta.url),
  ),
  values: {},
  timeoutSeconds: 60,
};

/** Asks about what the platform has not noted; each of the values names things of a kind. */
const survey = {
  files: ["paths.sh", "unpacked.sh", "survey.sh"].map(
    (name) => new URL(`./shell/${name}`, import.meta.url),
  ),
  values: { PATHS: [], PACKAGES: [], UNIT: "" },
  timeoutSeconds: 60,
};

/** What is known of one way to reach a host in this run. */
interface Reached {
  readonly link: Link;
  manifest?: Promise<Manifest>;
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

  /** What there is on a host of things that nobody has noted there. Throws `Unreachable` when there is no answer. */
  survey(host: Host, values: HostScript["values"], signal: AbortSignal): Promise<Manifest> {
    return this.#read(host, signal, { ...survey, values: { ...survey.values, ...values } });
  }

  /** What a script that changes nothing tells in the words of look.sh. Throws `Unreachable` when there is no answer. */
  look(host: Host, script: HostScript, signal: AbortSignal): Promise<Manifest> {
    return this.#read(host, signal, script);
  }

  /**
   * Runs a script that changes the host; gives what it printed. Throws its error text when it fails. `patience` are
   * the seconds that it waits for a machine that does not answer yet; a preview does not wait.
   */
  async change(
    host: Host,
    verb: "apply" | "remove",
    script: HostScript,
    signal: AbortSignal,
    patience = host.bootSeconds ?? 90,
  ): Promise<string> {
    const reached = this.#of(host);
    try {
      const session = (sent: Sent) => reached.link.session(host, signal, patience, sent);
      const { code, stdout, stderr } = await runDetached(host, verb, script, session);
      if (code === 0) return stdout;
      const ended = `${described(host)}: the script was ended from outside (${code}), killed or out of memory: see \`journalctl -k\` there`;
      const said = stderr.trim();
      const killed = code > 128 && code < 192 && said !== "";
      throw new ScriptFailed(killed ? `${said}\n${ended}` : said || ended, stdout);
    } finally {
      delete reached.manifest;
    }
  }

  /** A machine was made or restarted on this host: the links to all others may lead to one that is gone, and nobody says so. */
  reconnect(host: Host): void {
    const own = this.#of(host);
    for (const reached of this.#reached.values()) if (reached !== own) reached.link.drop();
  }

  /** Lets all links end; for whoever goes on after its work with hosts. */
  close(): void {
    for (const { link } of this.#reached.values()) link.drop();
  }

  /** Tells the person who runs this what a machine has to say beforehand. */
  forewarn(message: string): void {
    this.#log("warning", message);
  }

  /** Warns once for each host. */
  warn(host: Host, message: string): void {
    const reached = this.#of(host);
    if (!reached.warned) this.#log("warning", message);
    reached.warned = true;
  }

  #of({ address, port, user, hostKey, bastion }: Host): Reached {
    const key = JSON.stringify([address, port, user, hostKey, bastion]);
    const reached = this.#reached.get(key) ?? { link: new Link(this.#open), warned: false };
    this.#reached.set(key, reached);
    return reached;
  }

  async #read(host: Host, signal: AbortSignal, script: HostScript = look): Promise<Manifest> {
    const command = remoteCommand("look", script.timeoutSeconds, host.user);
    const text = scriptText(script.files, { RELEASE: host.release, ...script.values });
    const { link } = this.#of(host);
    const { code, stdout, stderr } = await link.session(host, signal, 0, { command, text });
    if (code !== 0) throw new Unreachable(host, stderr.trim() || `its script ended with ${code}`);
    try {
      return parseManifest(stdout);
    } catch (error) {
      throw new Unreachable(host, error instanceof Error ? error.message : String(error));
    }
  }
}
