import { readFileSync } from "node:fs";

let interrupted = false;

/** Whether somebody has asked this command to end. */
export function wasInterrupted(): boolean {
  return interrupted;
}

/**
 * On Ctrl-C and on SIGTERM, lets the programs that were started end, the Pulumi engine after
 * the operations under way; their end then ends this command. A terminal tells them itself:
 * a second signal would make the engine drop what it does.
 */
export function endGracefully(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      const told = signal === "SIGINT" && process.stdin.isTTY;
      if (!told && !interrupted) for (const pid of ownChildren()) process.kill(pid, "SIGINT");
      interrupted = true;
    });
  }
}

/** Our child processes but for those that we detached, such as dockerd. */
function ownChildren(): number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8");
  return children
    .split(" ")
    .filter((pid) => pid !== "" && groupOf(pid) === groupOf("self"))
    .map(Number);
}

function groupOf(pid: string): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2];
  } catch {
    return undefined; // it has just ended
  }
}
