import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";

/** What stands in for docker: the file `top` says by lines what runs in the container, a line for each time it is asked. */
const docker = (folder: string, exec: string) => `#!/bin/bash
cd ${folder}
case "$*" in
  "inspect "*Status*) echo running ;;
  "inspect "*made*) echo m1 ;;
  "top gitlab-acme "*) head -n 1 top; if (($(wc -l <top) > 1)); then sed -i 1d top; fi ;;
  "exec gitlab-acme gitlab-ctl reconfigure") echo x >>asked; ${exec} ;;
  *) exit 9 ;;
esac
`;

const busy = "7 /opt/gitlab/embedded/bin/ruby /opt/gitlab/bin/gitlab-ctl reconfigure\n";
const quiet = "7 sshd\n";

/** How the program ended, what it said, and how often it had GitLab reconfigured. */
async function reconfigure(top: string, exec: string, env: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "platform-reconfigure-"));
  try {
    writeFileSync(join(folder, "top"), top);
    writeFileSync(join(folder, "docker"), docker(folder, exec));
    chmodSync(join(folder, "docker"), 0o755);
    const args = ["components/gitlab/programs/platform-gitlab.sh", "reconfigure", "acme", "m1"];
    const child = spawn("bash", args, {
      env: { PATH: `${folder}:/usr/bin:/bin`, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise<number | null>((end) => child.on("exit", end));
    const [code, stdout, stderr] = await Promise.all([
      ended,
      text(child.stdout),
      text(child.stderr),
    ]);
    const asked = join(folder, "asked");
    const times = existsSync(asked) ? readFileSync(asked, "utf8").length / 2 : 0;
    return [code, stdout + stderr, times];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const advice =
  "see what it does (`docker top gitlab-acme` on the machine), wait until it has ended or raise bootSeconds, then run again\n";

test("a reconfigure that takes too long is left alone, and is said before who calls ends the program", async () => {
  const hangs = `echo 'the password is x'; echo 'Recipe: gitlab'; echo '${busy.trim()}' >top; exec sleep 30`;
  assert.deepEqual(await reconfigure(quiet, hangs, { COMMAND_SECONDS: "5" }), [
    1,
    `Recipe: gitlab\nacme: gitlab-ctl reconfigure has not ended within 4 s and runs on in the container: ${advice}`,
    1,
  ]);
});

test("one that is under way is waited for, and the file is read after it", async () => {
  assert.deepEqual(await reconfigure(busy + busy + quiet, "exit 0", {}), [0, "", 1]);
});

test("one that does not end is said, and no second one is begun beside it", async () => {
  assert.deepEqual(await reconfigure(busy, "exit 0", { COMMAND_SECONDS: "3" }), [
    1,
    `acme: another reconfigure has not ended within 3 s and runs on in the container: ${advice}`,
    0,
  ]);
});

test("a gitlab.rb that GitLab refuses is said with its words", async () => {
  const refuses = "echo 'FATAL: no such setting'; exit 1";
  assert.deepEqual(await reconfigure(quiet, refuses, {}), [
    1,
    "FATAL: no such setting\nacme: GitLab did not take the new gitlab.rb (see above)\n",
    1,
  ]);
});
