import { openConnection, type Open } from "../../../provider/connection.ts";
import type { Host } from "../../../provider/host.ts";
import { Hosts } from "../../../provider/hosts.ts";
import { printed } from "../../host/command/printed.ts";
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
  if (verb === "list") return printed(host, [program, ...words], open);
  const hosts = new Hosts(() => undefined, open);
  const files = [new URL("./act.sh", import.meta.url)];
  const values = { WORDS: words, RELEASE: host.release, INSTANCE: host.instance };
  try {
    const { signal } = new AbortController(); // never aborted
    return await hosts.change(host, "apply", { files, values, timeoutSeconds }, signal, 0);
  } finally {
    hosts.close();
  }
}
