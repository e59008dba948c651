import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import * as pulumi from "@pulumi/pulumi";
import { BackupOptions, Backups } from "../../components/backup/index.ts";
import type { Backup, Host } from "../../components/host/index.ts";
import { hostKey as keyPair } from "../../lab/identity.ts";
import type { Result } from "../../lab/process.ts";
import { testLab, type TestMachine } from "./machine.ts";
import { applyOnAll } from "./scripts.ts";

/** The password of the tests' repositories; looked for everywhere it must not be. */
export const password = "canary-backup-password";

/** What the tests' service must not lose. */
export const notes: Backup = {
  name: "notes",
  host: "saved",
  paths: ["/srv/notes/copy"],
  prepare: ["/usr/local/bin/notes", "copy"],
  maxAgeHours: 26,
  least: { files: 1, bytes: 4096 },
  verify: ["/usr/local/bin/notes", "verify"],
  running: ["/usr/local/bin/notes", "running"],
  restore: ["/usr/local/bin/notes", "take"],
  runbook: "Nothing else has to be done.",
};

/** A host value for a machine of the lab, reached as the operator does. */
export function hostOn({ name, address, port, hostKey, instance }: TestMachine): Host {
  return { name, address, port, user: "root", hostKey, instance, release: "bookworm" };
}

/** Puts the small service on a machine. */
export async function installNotes(machine: TestMachine): Promise<void> {
  const script = await readFile(new URL("notes.sh", import.meta.url), "utf8");
  await machine.succeed(
    "apt-get -qq update; DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends sqlite3 >/dev/null 2>&1; " +
      "cat >/usr/local/bin/notes; chmod 0755 /usr/local/bin/notes",
    script,
  );
}

/** The address by which other machines of the lab reach this one. */
export async function innerAddress(machine: TestMachine): Promise<string> {
  return (await machine.succeed("hostname -I")).trim().split(" ")[0] ?? assert.fail();
}

/** Puts the backups of the first machine on all of them, until something fails; gives what was done. */
export async function putBackups(
  machines: readonly TestMachine[],
  options: object,
  backups: readonly Backup[] = [notes],
): Promise<readonly (Result & { name: string })[]> {
  const hosts = machines.map(hostOn);
  const [host = assert.fail()] = hosts;
  const pair = await keyPair(testLab, `backup-key-of-${host.name}`);
  const more = {
    [`${host.name}-backups-key`]: {
      privateKeyOpenssh: pulumi.secret(await readFile(pair.path, "utf8")),
      publicKeyOpenssh: `${pair.publicKey}\n`,
    },
  };
  const build = () =>
    new Backups(`${host.name}-backups`, {
      host,
      backups,
      options: BackupOptions.parse({ password, ...options }),
      machines: new Map(hosts.map((one) => [one.name, one])),
    });
  return applyOnAll(machines, build, more);
}
