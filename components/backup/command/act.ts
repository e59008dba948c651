import { command } from "../../../formats/shell.ts";
import { openConnection, type Open } from "../../../provider/connection.ts";
import { ScriptFailed } from "../../../provider/failure.ts";
import type { Host } from "../../../provider/host.ts";
import { Hosts } from "../../../provider/hosts.ts";
import { Link } from "../../../provider/link.ts";
import type { Request } from "./command-line.ts";

const program = "/usr/local/sbin/platform-backup";

/** Longest that a restore or a copy may take: a day. */
const timeoutSeconds = 24 * 3600;

/**
 * Does what was asked on its machine; gives what that said. What changes something runs apart from the connection, under
 * the host's lock, so that a lost link ends nothing. Throws with the reason.
 */
export async function act(
  host: Host,
  { verb, name, options }: Exclude<Request, { verb: "help" }>,
  open: Open = openConnection,
): Promise<string> {
  const words = [verb, name, ...options];
  if (verb === "list") return listed(host, command([program, ...words]), open);
  const hosts = new Hosts(() => undefined, open);
  const files = [new URL("./act.sh", import.meta.url)];
  const values = { WORDS: words, RELEASE: host.release, INSTANCE: host.instance };
  try {
    return await hosts.change(host, "apply", { files, values, timeoutSeconds }, unending(), 0);
  } finally {
    hosts.close();
  }
}

/** What a command that only reads prints. Throws what it says when it fails. */
async function listed(host: Host, line: string, open: Open): Promise<string> {
  const asRoot = host.user === "root" ? line : `sudo -n -- ${line}`;
  const link = new Link(open);
  const sent = { command: `exec ${asRoot}`, text: "" };
  try {
    const { code, stdout, stderr } = await link.session(host, unending(), 0, sent);
    if (code !== 0) throw new ScriptFailed(stderr.trim() || `the list ended with ${code}`, stdout);
    return stdout;
  } finally {
    link.drop();
  }
}

function unending(): AbortSignal {
  return new AbortController().signal;
}
