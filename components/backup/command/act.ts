import { command } from "../../../formats/shell.ts";
import { openConnection, type Open } from "../../../provider/connection.ts";
import { ScriptFailed } from "../../../provider/failure.ts";
import type { Host } from "../../../provider/host.ts";
import { Hosts } from "../../../provider/hosts.ts";
import { Link } from "../../../provider/link.ts";
import type { Request } from "./command-line.ts";

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
  const signal = AbortSignal.timeout(2 ** 31 - 1);
  if (verb === "list") {
    const line = command(["/usr/local/sbin/platform-backup", ...words]);
    const asRoot = host.user === "root" ? line : `sudo -n -- ${line}`;
    const { code, stdout, stderr } = await new Link(open).session(host, signal, 0, {
      command: `exec ${asRoot}`,
      text: "",
    });
    if (code !== 0) throw new ScriptFailed(stderr.trim() || `the list ended with ${code}`, stdout);
    return stdout;
  }
  const hosts = new Hosts(() => undefined, open);
  const files = [new URL("./act.sh", import.meta.url)];
  const values = { WORDS: words, RELEASE: host.release, INSTANCE: host.instance };
  return hosts.change(host, "apply", { files, values, timeoutSeconds }, signal, 0);
}
