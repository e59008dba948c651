import { command, type Argv } from "../../../formats/shell.ts";
import { openConnection, type Open } from "../../../provider/connection.ts";
import { ScriptFailed } from "../../../provider/failure.ts";
import type { Host } from "../../../provider/host.ts";
import { Link } from "../../../provider/link.ts";

/**
 * What a command prints that root runs on a machine, within the connection and without the host's lock. Its words are in
 * process lists, so none may be a secret. Throws what it says when it fails.
 */
export async function printed(
  host: Host,
  argv: Argv,
  open: Open = openConnection,
): Promise<string> {
  const line = command(argv);
  const asRoot = host.user === "root" ? line : `sudo -n -- ${line}`;
  const link = new Link(open);
  try {
    const { signal } = new AbortController();
    const sent = { command: `exec ${asRoot}`, text: "" };
    const { code, stdout, stderr } = await link.session(host, signal, 0, sent);
    if (code === 0) return stdout;
    throw new ScriptFailed(stderr.trim() || `${argv[0]} ended with ${code}`, stdout);
  } finally {
    link.drop();
  }
}
