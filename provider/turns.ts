import type { Open } from "./connection.ts";

/** sshd drops logins at random when more than ten are under way (MaxStartups in sshd_config(5)). */
const atOnce = 8;

/** Opens connections as it is told to, but through one bastion so many at a time that its sshd takes them all. */
export function inTurns(open: Open): Open {
  const bastions = new Map<string, { busy: number; readonly waiting: (() => void)[] }>();
  return async (reach, signal) => {
    if (!reach.bastion) return open(reach, signal);
    const { address, port } = reach.bastion;
    const key = JSON.stringify([address, port]);
    const bastion = bastions.get(key) ?? { busy: 0, waiting: [] };
    bastions.set(key, bastion);
    if (bastion.busy < atOnce) bastion.busy++;
    else await new Promise<void>((go) => bastion.waiting.push(go)); // takes over a turn
    try {
      signal.throwIfAborted();
      return await open(reach, signal);
    } finally {
      const next = bastion.waiting.shift();
      if (next) next();
      else bastion.busy--;
    }
  };
}
