import { obstacle, unanswered } from "./bastion.ts";
import { described, type Host } from "./host.ts";

/** A host that did not answer, or not as it should: nothing is known about it. */
export class Unreachable extends Error {
  /** Whether waiting may help: the machine may be booting. */
  readonly passing: boolean;
  /** Whether a script had begun, which then runs on by itself. */
  readonly begun: boolean;

  /** Why, without the host's name. */
  readonly why: string;

  constructor(host: Host, why: string, { passing = false, begun = false } = {}) {
    super(`${described(host)} ${why}`);
    this.name = "Unreachable";
    this.why = why;
    this.passing = passing;
    this.begun = begun;
  }
}

/** A script that failed on its host. The message is what it said of that. */
export class ScriptFailed extends Error {
  /** What else it had printed by then. */
  readonly printed: string;

  constructor(message: string, printed: string) {
    super(message);
    this.printed = printed;
  }
}

/** The link to a host was lost while a script ran, which runs on there by itself. */
export class LinkLost extends Unreachable {
  /** What OpenSSH said of it. */
  readonly reason: string;

  constructor(host: Host, reason: string) {
    super(host, `was lost while a script ran: ${reason}`, { begun: true });
    this.reason = reason;
  }
}

/** What OpenSSH said, in words for the person who must act. */
export function explained(host: Host, error: unknown): Unreachable {
  const said = error instanceof Error ? error.message : String(error);
  const { bastion } = host;
  const between = bastion && obstacle(bastion, said);
  if (between) return new Unreachable(host, between.why, between);
  if (/has changed and you have requested strict checking/.test(said)) {
    return new Unreachable(
      host,
      "shows another host key than the pinned one, so nothing was sent: if the machine was made anew, give it its " +
        "new `hostKey` and another `instance` in the stack's configuration; if not, somebody may stand in between",
    );
  }
  if (/: Permission denied \(|Too many authentication failures/.test(said)) {
    return new Unreachable(
      host,
      `accepts no key of the ssh-agent for ${host.user}: \`ssh-add -l\` lists those that it has; add the right one ` +
        "with `ssh-add`, or put its public half on the machine",
    );
  }
  if (/No \S+ host key is known/.test(said)) {
    return new Unreachable(
      host,
      "was not asked, for `hostKey` is not a key: copy it again from /etc/ssh/ssh_host_ed25519_key.pub on the machine",
    );
  }
  if (/spawn ssh ENOENT/.test(said)) {
    const why = "was not asked, for there is no `ssh` on this computer: install OpenSSH's client";
    return new Unreachable(host, why);
  }
  const last = (said.split("\n").findLast((line) => line.trim() !== "") ?? said).trim();
  const why = bastion
    ? unanswered(bastion, last.replace("UNKNOWN port 65535", `${host.address} port ${host.port}`))
    : `cannot be reached: ${last}. See that the machine runs and that its address and port are right`;
  return new Unreachable(host, why, { passing: true });
}
