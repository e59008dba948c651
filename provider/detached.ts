import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { Ran } from "./connection.ts";
import { LinkLost, Unreachable } from "./failure.ts";
import type { Host } from "./host.ts";
import type { HostScript } from "./hosts.ts";
import type { Sent } from "./link.ts";
import { detachedRun, scriptText } from "./shell/text.ts";

/** Who the host says is at work, to others who wait for its lock. */
const operator = `${process.env["USER"] ?? process.env["LOGNAME"] ?? "somebody"}@${hostname()}`;

/** How detached.sh ends when a host knows nothing of a run. */
const unknownRun = 254;

/** So often a link may be lost while one script runs. */
const mostLosses = 5;

/**
 * Runs a script on a host apart from the connection, by `session`. A link that is lost meanwhile is made anew, and the
 * host asked how the run went. Throws `Unreachable`: with `begun` when the script may have run, or runs on.
 */
export async function runDetached(
  host: Host,
  verb: "apply" | "remove",
  { files, values, timeoutSeconds, backSeconds }: HostScript,
  session: (sent: Sent) => Promise<Ran>,
): Promise<Ran> {
  const id = randomBytes(8).toString("hex");
  const { release: RELEASE, instance: INSTANCE, user } = host;
  const text = scriptText(files, { OPERATOR: operator, RUN: id, RELEASE, INSTANCE, ...values });
  const { begin, result, forget } = detachedRun(id, verb, text, timeoutSeconds, user, backSeconds);
  let [sent, lost] = [begin, ""];
  for (let losses = 0; ;) {
    try {
      const ran = await session(sent);
      if (ran.code === 255 && sent === begin) {
        [sent, lost] = [result, "its ssh ended"]; // that of this session alone; or the script itself ends so
        continue;
      }
      if (ran.code === 0) return ran;
      if (lost === "" || ran.code !== unknownRun) {
        // Its words may hold a secret, and are here now.
        await session(forget).catch(() => undefined);
        return ran;
      }
      const why = `was lost while a script was sent to it or ran (${lost}), and knows nothing of it now`;
      throw new Unreachable(host, `${why}: it may have been restarted. Run again`, { begun: true });
    } catch (error) {
      if (error instanceof LinkLost && ++losses < mostLosses) [sent, lost] = [result, error.reason];
      else if (error instanceof Unreachable && lost !== "" && !error.begun) {
        const why = `was lost while a script ran, which runs on there (${lost}); since then it ${error.why}`;
        throw new Unreachable(host, why, { begun: true });
      } else throw error;
    }
  }
}
