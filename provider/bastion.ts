import type { Login } from "../formats/ssh.ts";
import { place } from "./host.ts";

/** What stands in the way of a machine behind a bastion. */
export interface Obstacle {
  /** Goes after the machine's name in a message. */
  readonly why: string;
  /** Whether waiting may help. */
  readonly passing: boolean;
}

/** A machine's ssh ends so when that of its bastion has ended first: it has not met the machine at all. */
const cutOff =
  /kex_exchange_identification: .*\s+Connection (?:closed|reset) by UNKNOWN port 65535\s*$/;

/**
 * What OpenSSH has said of the way through a bastion. Undefined when it is the machine behind it that answered:
 * both speak on one stream, and nothing else tells them apart.
 */
export function obstacle(bastion: Login, said: string): Obstacle | undefined {
  const cut = cutOff.exec(said);
  if (!cut) return undefined;
  const words = said.slice(0, cut.index);
  const its = `cannot be reached: its bastion ${place(bastion)}`;
  if (/has changed and you have requested strict checking/.test(words)) {
    const why =
      `${its} shows another host key than the pinned one, so nothing was sent: if the bastion was made anew, give ` +
      "its new key as `bastion.hostKey` in the stack's configuration; if not, somebody may stand in between";
    return { why, passing: false };
  }
  if (/: Permission denied \(|Too many authentication failures/.test(words)) {
    const why =
      `${its} accepts no key of the ssh-agent for ${bastion.user}: \`ssh-add -l\` lists those that it has; add the ` +
      "right one with `ssh-add`, or put its public half on the bastion";
    return { why, passing: false };
  }
  if (/No \S+ host key is known/.test(words)) {
    const why =
      `${its} was not asked, for \`bastion.hostKey\` is not a key: copy it again from ` +
      "/etc/ssh/ssh_host_ed25519_key.pub there";
    return { why, passing: false };
  }
  if (/open failed: administratively prohibited/.test(words)) {
    const why =
      `${its} accepts ${bastion.user} but forbids the connection to the machine: its sshd must have ` +
      "`AllowTcpForwarding local` (or yes) and a `PermitOpen` that fits, and the key there no `restrict` without " +
      "`port-forwarding`";
    return { why, passing: false };
  }
  const beyond = /open failed: connect failed: (.*)/.exec(words)?.[1]?.trim();
  if (beyond !== undefined) return { why: unanswered(bastion, beyond), passing: true };
  const last = words.trim().split(/\r?\n/).at(-1) ?? "";
  // Anything else, such as a banner, was said before the bastion made the connection.
  if (!/^(?:ssh|Connection|Disconnected|Received|Timeout|Unable)\b/.test(last)) return undefined;
  const why = `${its} did not answer: ${last}. See that the bastion runs and that its address and port are right`;
  return { why, passing: true };
}

/** Of a machine that its bastion does not reach. `last` are OpenSSH's words. */
export function unanswered(bastion: Login, last: string): string {
  return (
    `cannot be reached through its bastion ${place(bastion)}: ${last}. ` +
    "See that the machine runs and that its address and port are right as the bastion sees them"
  );
}
