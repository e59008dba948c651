import { readFileSync } from "node:fs";
import { type Connection, type Open, openConnection } from "../../provider/connection.ts";
import type { TestMachine } from "./machine.ts";

/** What a connection is asked to run. */
type Run = Connection["run"];

/** What is said of a link that a test has cut. */
export const cut = "cut by a test";

/**
 * Connections as ever, but the first change goes as the test wants, and then its link is lost. No other is made
 * after it when `refusal` says why.
 */
export function losing(
  first: (run: Run, ...sent: Parameters<Run>) => Promise<unknown>,
  refusal = "",
): Open {
  let done = false;
  return async (reach, signal) => {
    if (done && refusal !== "") throw new Error(refusal);
    const connection = await openConnection(reach, signal);
    let lost: string | undefined;
    return {
      ...connection,
      alive: () => lost === undefined && connection.alive(),
      lost: () => (lost === undefined ? connection.lost() : Promise.resolve(lost)),
      async run(command, stdin) {
        if (done || !command.endsWith(" apply")) return connection.run(command, stdin);
        done = true;
        await first((...sent) => connection.run(...sent), command, stdin);
        lost = cut;
        connection.close();
        return { code: 255, stdout: "", stderr: "" };
      },
    };
  };
}

/** The processes of OpenSSH that this one has started, with their arguments: a connection's master or one of its sessions. */
export function sshOf(
  what: "master" | "session",
): { readonly pid: number; readonly line: string }[] {
  const mark = what === "master" ? "ControlMaster=yes" : "ProxyCommand=false";
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8")
    .trim()
    .split(" ");
  return children
    .map((pid) => ({ pid: Number(pid), line: readFileSync(`/proc/${pid}/cmdline`, "utf8") }))
    .filter(({ line }) => line.startsWith("ssh\0") && line.includes(mark));
}

/** Kills the process of sshd on the machine whose session waits for a change. */
export async function killSshd(machine: TestMachine): Promise<void> {
  await machine.succeed(`
    found=''
    for pid in $(pgrep -f '[b]ash -s -- apply'); do
      while [[ $pid -gt 1 && $(</proc/$pid/comm) != sshd ]]; do pid=$(awk '{ print $4 }' /proc/$pid/stat); done
      if [[ $pid -gt 1 ]]; then found=$pid; kill -KILL "$pid"; fi
    done
    [[ -n $found ]]`);
}
