import assert from "node:assert/strict";
import type { Connection, Open, Ran } from "../../../provider/connection.ts";
import type { Properties } from "../../../provider/grpc/values.ts";
import { hostKey } from "../../support/example.ts";
import { type Kept, type ProviderRun, withProvider } from "../../support/host-provider.ts";

/** One script that a fake machine was sent. */
export interface Sent {
  /** The last word of its command line: `look`, `apply`, `remove` or `result`. */
  readonly verb: string;
  readonly stdin: string;
}

/** A command that went well, with what it printed. */
export function well(stdout = ""): Ran {
  return { code: 0, stdout, stderr: "" };
}

/** A command that failed, with what it said. */
export function badly(stderr: string, code = 1): Ran {
  return { code, stdout: "", stderr };
}

/** A machine without SSH: it notes what it is sent and answers what the test says. */
export class FakeHost {
  /** What look.sh would print there. */
  manifest = manifest();
  /** How a change ends there; it may change the manifest, as a script would. */
  change: (sent: Sent) => Ran | Promise<Ran> = () => well();
  /** How it answers when it is asked once more how a change went; it knows nothing of one. */
  result: () => Ran | Promise<Ran> = () => badly("", 254);
  /** How a look ends there, where that is not with the manifest. */
  look: () => Ran | Promise<Ran> = () => well(this.manifest);
  /** What OpenSSH says in place of a connection. */
  refusal: string | undefined;
  /** Connections that were asked for. */
  opened = 0;
  readonly sent: Sent[] = [];
  /** The ids of runs whose words it was told to forget. */
  readonly forgotten: string[] = [];
  #link: { lost?: string } = {};

  readonly open: Open = (_reach, signal) => {
    this.opened++;
    signal.throwIfAborted();
    if (this.refusal !== undefined) return Promise.reject(new Error(this.refusal));
    const link: { lost?: string } = {};
    this.#link = link;
    const connection: Connection = {
      alive: () => link.lost === undefined,
      lost: () => Promise.resolve(link.lost),
      close: () => undefined,
      run: async (command, stdin) => {
        const sent = { verb: command.split(" ").at(-1) ?? "", stdin };
        if (sent.verb === "forget") {
          this.forgotten.push(valueIn(sent, "RUN"));
          return well();
        }
        this.sent.push(sent);
        if (sent.verb === "result") return this.result();
        return sent.verb === "look" ? this.look() : this.change(sent);
      },
    };
    return Promise.resolve(connection);
  };

  /** Ends the connection, with what OpenSSH says about it; a script that runs ends with 255. */
  loseLink(why = "Timeout, server 192.0.2.7 not responding."): Ran {
    this.#link.lost = why;
    return badly("", 255);
  }

  /** The verbs that it was sent, in order. */
  get verbs(): string[] {
    return this.sent.map(({ verb }) => verb);
  }
}

/** What look.sh prints: lines of words with tabs between. */
export function manifest(...lines: readonly (readonly string[])[]): string {
  return [["platform", "1"], ...lines, ["end"], []].map((words) => words.join("\t")).join("\n");
}

/** The lines of a ConfigSet, with its plain files by path. */
export function setLines(id: string, files: Readonly<Record<string, string>>): string[][] {
  const paths = Object.entries(files).map(([path, content]) => {
    const hex = Buffer.from(content).toString("hex");
    return ["path", id, path, "0644", "root:root", "regular file", hex];
  });
  return [["set", id], ...paths];
}

/** The input `host` of the example's machine. */
export const host: Properties = {
  name: "forum",
  address: "192.0.2.7",
  port: 2222,
  user: "root",
  hostKey,
  instance: "7",
  release: "bookworm",
};

/** Inputs of a ConfigSet with one plain file, `/etc/motd`. */
export const motd: Properties = {
  host,
  files: { "/etc/motd": { content: "hello\n", mode: "0644", owner: "root:root" } },
  absent: [],
  adopt: "replace",
  validate: [],
  activate: [],
  probe: [],
  deactivate: [],
};

/** The URN of a resource, by the last part of its type. */
export function urn(
  kind: "ConfigSet" | "DataDirectory" | "Packages" | "Script" | "Unit",
  name = "web",
): string {
  return `urn:pulumi:test::platform::host:index:${kind}::${name}`;
}

/** A run of the provider, over gRPC as the engine speaks with it; its only machine is a fake one. */
export function onFakeHost<T>(
  work: (run: ProviderRun, machine: FakeHost) => Promise<T>,
  { machine = new FakeHost(), env = {} }: { machine?: FakeHost; env?: Record<string, string> } = {},
): Promise<T> {
  return withProvider((run) => work(run, machine), { env, open: machine.open });
}

/** The resource, which must be there. */
export function there(kept: Kept | undefined): Kept {
  assert.ok(kept, "the resource is there");
  return kept;
}

/** The value of a variable that a script was sent. */
export function valueIn({ stdin }: Sent, name: string): string {
  return new RegExp(`^${name}='(.*)'$`, "m").exec(stdin)?.[1] ?? "";
}

/** Applies and removes sets of plain files, as the real scripts would. */
export function keepsSets(machine: FakeHost, files: Readonly<Record<string, string>>): void {
  machine.change = (sent) => {
    const made = sent.verb === "apply" ? setLines(valueIn(sent, "ID"), files) : [];
    machine.manifest = manifest(...made);
    return well();
  };
}
