import { spawn } from "node:child_process";
import { parse, usage, type Command } from "./command-line.ts";
import { hostKey, operatorKey, sshArguments } from "./identity.ts";
import { endGracefully, wasInterrupted } from "./interrupt.ts";
import { withLock } from "./lock.ts";
import { listMachines } from "./machines.ts";
import { destroy, destroyEverything } from "./removal.ts";
import { labConfig, labDir, labHosts, withStack } from "./session.ts";

/** `npm run lab`: a data centre on this computer, and the stack `lab` in it. */

const command = parse(process.argv.slice(2));
if (!command) {
  console.error(usage);
  process.exit(2);
}
endGracefully();
try {
  process.exitCode = await run(command);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(`\n${wasInterrupted() ? "interrupted" : "error"}: ${message}`);
  if (process.env["LAB_DEBUG"] === "1") console.error(error);
  process.exitCode = 1;
}
if (wasInterrupted()) process.exitCode = 130;

async function run(command: Command): Promise<number> {
  switch (command.name) {
    case "help":
      console.log(usage);
      return 0;
    case "ssh":
      return ssh(command.host, command.command);
    case "destroy":
      await withLock(labDir, command.name, command.all ? destroyEverything : destroy);
      return 0;
    case "up":
    case "preview":
    case "refresh":
      await withLock(labDir, command.name, () =>
        withStack({ program: command.name !== "refresh" }, async (stack) => {
          const operations = await import("./operations.ts");
          await operations[command.name](stack);
        }),
      );
      return 0;
  }
}

/** Logs in on a machine, or runs a command there; its exit code is ours. */
async function ssh(name: string, remote: readonly string[]): Promise<number> {
  const machine = (await listMachines(labDir).catch(() => [])).find(
    (candidate) => candidate.name === name,
  ); // without Docker there is none
  const host = labHosts(await labConfig()).find((candidate) => candidate.name === name);
  if (!machine?.running || !host) {
    throw new Error(`no machine ${name} runs in this lab. Start it: npm run lab`);
  }
  const { path } = await operatorKey(labDir);
  const at = { address: host.address, port: 22, hostKey: (await hostKey(labDir, name)).publicKey };
  const child = spawn("ssh", [...sshArguments(at, path), ...remote], { stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => {
      resolve(code ?? 255);
    });
  });
}
