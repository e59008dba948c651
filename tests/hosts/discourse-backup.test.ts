import assert from "node:assert/strict";
import { test } from "node:test";
import { DiscourseOptions } from "../../components/discourse/index.ts";
import { forumBackup } from "../../components/discourse/site.ts";
import { command } from "../../formats/shell.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("faulty");
const smtp = { address: "smtp.lab.test", user: "user", password: "password" };
const options = DiscourseOptions.parse({
  ...{ host: "forum", hostname: "forum.lab.test", developerEmails: ["a@lab.test"], smtp },
  image: { name: "any:1" },
});
const { verify, restore, running, paths } = forumBackup("forum", options);
const [archives = ""] = paths;

const ask = (argv: typeof verify, root: string) => machine.run(command([...argv, root]));

test("a forum's copy is good when its newest archive is whole and holds the database", async () => {
  assert.match(
    (await ask(verify, "/srv/copy")).stderr,
    /^there is no archive in \/srv\/copy\/var\/discourse/,
  );
  const at = `/srv/copy${archives}`;
  await machine.succeed(
    `mkdir -p ${at} && cd ${at} && echo 'select 1' | gzip >dump.sql.gz && tar -czf forum-1.tar.gz dump.sql.gz && rm dump.sql.gz`,
  );
  assert.deepEqual(await ask(verify, "/srv/copy"), { code: 0, stdout: "", stderr: "" });
  await machine.succeed(
    `cd ${at}; head -c 60 forum-1.tar.gz >forum-2.tar.gz; touch -d +1hour forum-2.tar.gz`,
  );
  const cut = await ask(verify, "/srv/copy");
  assert.equal(cut.code, 1);
  assert.match(cut.stderr, /unexpected end of file/);
  await machine.succeed(
    `cd ${at}; tar -czf forum-2.tar.gz /etc/hostname 2>/dev/null; touch -d +1hour forum-2.tar.gz`,
  );
  assert.match(
    (await ask(verify, "/srv/copy")).stderr,
    /forum-2\.tar\.gz holds no dump of the database/,
  );
  await machine.succeed(`rm ${at}/forum-2.tar.gz`);
});

test("a restore gives the archive to the forum, and stops when that refuses", async () => {
  const stand = (body: string) =>
    machine.succeed(
      "cat >/usr/local/bin/docker; chmod 0755 /usr/local/bin/docker",
      `#!/bin/sh\n${body}\n`,
    );
  const above = archives.replace(/\/[^/]*$/, "");
  await machine.succeed(`rm -rf ${above}; install -d -o 1000 -g 33 ${above}`); // as on a machine made anew
  await stand('echo "$@" >>/run/asked; [ "$4" != restore ] || exit 3');
  assert.equal((await ask(restore, "/srv/copy")).code, 3);
  await stand('echo "$@" >>/run/asked');
  await machine.succeed("rm /run/asked");
  assert.equal((await ask(restore, "/srv/copy")).code, 0);
  assert.equal(
    await machine.succeed(`cat /run/asked; ls ${archives}`),
    "exec app discourse enable_restore\nexec app discourse restore forum-1.tar.gz\nforum-1.tar.gz\n",
  );
  assert.equal(await machine.succeed(`stat -c %u:%g ${archives}/*`), "1000:33\n");
  assert.equal((await machine.run(command(running))).code, 0);
  await stand("exit 1");
  assert.equal((await machine.run(command(running))).code, 1);
  await machine.succeed("rm -r /usr/local/bin/docker /srv/copy /var/discourse /run/asked");
});
