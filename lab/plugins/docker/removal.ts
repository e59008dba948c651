import { setTimeout as pause } from "node:timers/promises";
import type { Properties } from "../../../provider/grpc/values.ts";
import { type Answer, expectOk, messageOf } from "./daemon.ts";

/** Milliseconds that a removal waits for the last user to let go, and between two tries. */
const patience = 30_000;
const interval = 1000;

/** Removes something; what is gone is removed, and what is still in use is tried again. */
export async function untilUnused(
  doing: string,
  inUse: RegExp,
  remove: () => Promise<Answer>,
): Promise<void> {
  const end = performance.now() + patience;
  for (;;) {
    const answer = await remove();
    if (answer.status === 404) return;
    const busy = answer.status >= 400 && inUse.test(messageOf(answer.body));
    if (!busy || performance.now() > end) {
      expectOk(answer, doing);
      return;
    }
    await pause(interval);
  }
}

/** Labels as the state has them, from the daemon's map. */
export function labelList(labels: Record<string, string> | null): Properties[] {
  return Object.entries(labels ?? {}).map(([label, value]) => ({ label, value }));
}
