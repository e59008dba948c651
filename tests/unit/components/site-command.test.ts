import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, usage } from "../../../components/nginx/command/command-line.ts";
import { maintain, serving } from "../../../components/nginx/command/maintain.ts";
import type { Connection, Open } from "../../../provider/connection.ts";
import { hostKey } from "../../support/example.ts";
import { badly, well } from "../provider/fake-host.ts";

const read = (line: string) => parse(line.split(" "));

const host = {
  ...{ name: "forum", address: "192.0.2.7", port: 22, user: "root" },
  ...{ hostKey, instance: "1", release: "bookworm" },
};

test("what was asked is read, and what makes no sense is not", () => {
  assert.deepEqual(read("maintenance on forum --stack prod"), {
    ...{ verb: "on", site: "forum", stack: "prod" },
  });
  assert.deepEqual(parse(["maintenance", "on", "forum", "--reason", "it's time"]), {
    ...{ verb: "on", site: "forum", reason: "it's time" },
  });
  assert.deepEqual(read("help"), { verb: "help" });
  for (const verb of ["on", "off", "status"]) assert.ok(usage.includes(`  ${verb} `));
  for (const line of [
    ...["", "maintenance", "maintenance on", "on forum", "maintenance begin forum"],
    ...[
      "maintenance on ../forum",
      "maintenance off forum --reason x",
      "maintenance on forum --x y",
    ],
    ...["maintenance on forum --reason", "maintenance on forum --reason a --reason b"],
    "maintenance on forum --reason a\nb",
  ]) {
    assert.equal(read(line), undefined, line);
  }
});

test("the machine is the one that serves the site, and another site is refused with those there are", () => {
  const sites = [
    { name: "forum", host: "forum" },
    { name: "wiki", host: "gone", closable: true },
    { name: "gitlab-acme", host: "forum", closable: false },
  ];
  const outputs = { hosts: { forum: host }, sites };
  assert.equal(serving(outputs, "forum"), host);
  for (const name of ["wiki", "toString", "gitlab-acme"]) {
    assert.throws(() => serving(outputs, name), {
      message: `the stack has no site ${name} that can be closed; it has: forum, wiki`,
    });
  }
  assert.throws(() => serving({}, "forum"), /it has: none, or run `pulumi up` once$/);
});

test("the program on the machine is given the words, by sudo where that is needed, and its refusal is told", async () => {
  const sent: string[] = [];
  let answer = well("forum is open\n");
  const connection: Connection = {
    alive: () => true,
    lost: () => Promise.resolve(undefined),
    close: () => undefined,
    run: (command) => {
      sent.push(command);
      return Promise.resolve(answer);
    },
  };
  const open: Open = () => Promise.resolve(connection);
  assert.equal(await maintain(host, { verb: "status", site: "forum" }, open), "forum is open\n");
  const reason = "it's $HOME";
  await maintain({ ...host, user: "admin" }, { verb: "on", site: "forum", reason }, open);
  assert.equal(sent[0], "exec /usr/local/sbin/platform-maintenance status forum");
  assert.match(
    sent[1] ?? "",
    /^exec sudo -n -- \/usr\/local\/sbin\/platform-maintenance on forum \S+@\S+ 'it'\\''s \$HOME'$/,
  );
  answer = badly("forum: forum is still closed\n");
  await assert.rejects(maintain(host, { verb: "off", site: "forum" }, open), {
    message: "forum: forum is still closed",
  });
});
