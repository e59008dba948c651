import assert from "node:assert/strict";
import { test } from "node:test";
import { hostOf } from "../../../provider/host.ts";
import { Hosts } from "../../../provider/hosts.ts";
import { assignmentLines } from "../../support/scripts.ts";
import { badly, FakeHost, host, manifest, setLines, valueIn, well } from "./fake-host.ts";

const forum = hostOf({ host });
const { signal } = new AbortController();
const script = {
  files: [new URL("../../../provider/shell/unit.sh", import.meta.url)],
  values: { UNIT: "a.service" },
  timeoutSeconds: 60,
};

/** A fake machine, all hosts of a run that are that machine, and what they warn of. */
function setup() {
  const machine = new FakeHost();
  const warnings: string[] = [];
  const hosts = new Hosts(
    (severity, message) => warnings.push(`${severity}: ${message}`),
    machine.open,
  );
  return { machine, warnings, hosts };
}

test("thirty resources that read at once are one connection and one look", async () => {
  const { machine, hosts } = setup();
  machine.manifest = manifest(...setLines("a", { "/etc/motd": "x" }));
  const all = await Promise.all(Array.from({ length: 30 }, () => hosts.manifest(forum, signal)));
  assert.deepEqual([machine.opened, machine.verbs], [1, ["look"]]);
  assert.ok(all.every((one) => one === all[0] && one.sets.has("a")));
});

test("later reads get the first answer until something is changed there", async () => {
  const { machine, hosts } = setup();
  const first = await hosts.manifest(forum, signal);
  assert.equal(await hosts.manifest(forum, signal), first);
  machine.change = () => {
    machine.manifest = manifest(["packages", "p"]);
    return well("installed curl\n");
  };
  assert.equal(await hosts.change(forum, "apply", script, signal), "installed curl\n");
  const then = await hosts.manifest(forum, signal);
  assert.ok(then.wanting.has("p"));
  assert.deepEqual([machine.opened, machine.verbs], [1, ["look", "apply", "look"]]);
});

test("a change that failed has changed something, too", async () => {
  const { machine, hosts } = setup();
  await hosts.manifest(forum, signal);
  machine.change = () => badly("forum: apt did not install curl\n");
  await assert.rejects(hosts.change(forum, "apply", script, signal), {
    message: "forum: apt did not install curl",
  });
  await hosts.manifest(forum, signal);
  assert.deepEqual(machine.verbs, ["look", "apply", "look"]);
});

test("a script that says nothing when it fails is told by the host and its end", async () => {
  const { machine, hosts } = setup();
  machine.change = () => badly("", 137);
  await assert.rejects(hosts.change(forum, "remove", script, signal), {
    message:
      "forum (192.0.2.7:2222): the script was ended from outside (137), killed or out of memory: see `journalctl -k` there",
  });
});

test("every script is told the release and the instance, and what was given wins", async () => {
  const { machine, hosts } = setup();
  await hosts.change(
    forum,
    "apply",
    { ...script, values: { UNIT: "a", INSTANCE: "x" } },
    signal,
    0,
  );
  assert.deepEqual(assignmentLines(machine.sent[0]?.stdin).slice(2), [
    "RELEASE='bookworm'",
    "INSTANCE='x'",
    "UNIT='a'",
  ]);
});

test("two ways to reach a machine are two connections; its name does not matter", async () => {
  const { machine, hosts } = setup();
  await hosts.manifest(forum, signal);
  await hosts.manifest({ ...forum, name: "other", instance: "8", release: "trixie" }, signal);
  assert.equal(machine.opened, 1);
  await hosts.manifest({ ...forum, user: "admin" }, signal);
  await hosts.manifest({ ...forum, port: 22 }, signal);
  await hosts.manifest({ ...forum, hostKey: "ssh-ed25519 AAAA" }, signal);
  assert.equal(machine.opened, 4);
});

test("a link that was lost is opened anew at the next call", async () => {
  const { machine, hosts } = setup();
  await hosts.manifest(forum, signal);
  machine.change = () => machine.loseLink();
  await assert.rejects(hosts.change(forum, "apply", script, signal), {
    name: "Unreachable",
    message:
      "forum (192.0.2.7:2222) was lost while a script was sent to it or ran (Timeout, server 192.0.2.7 not responding.), " +
      "and knows nothing of it now: it may have been restarted. Run again",
  });
  machine.change = () => well();
  await hosts.change(forum, "apply", script, signal);
  assert.deepEqual([machine.opened, machine.verbs], [2, ["look", "apply", "result", "apply"]]);
});

test("a script whose link was lost is asked after by its id, as often as it is lost", async () => {
  const { machine, hosts } = setup();
  const answers = [() => machine.loseLink(), () => machine.loseLink(), () => well("changed\n")];
  machine.change = () => machine.loseLink();
  machine.result = () => answers.shift()?.() ?? badly("asked too often");
  assert.equal(await hosts.change(forum, "apply", script, signal), "changed\n");
  assert.deepEqual([machine.opened, machine.verbs.join()], [4, "apply,result,result,result"]);
  const ids = machine.sent.map(({ stdin }) => valueIn({ verb: "", stdin }, "RUN"));
  assert.deepEqual([ids.length, new Set(ids).size], [4, 1]);
});

test("a link that is lost again and again is not made anew for ever", async () => {
  const { machine, hosts } = setup();
  machine.change = machine.result = () => machine.loseLink("gone");
  await assert.rejects(hosts.change(forum, "apply", script, signal), {
    message: "forum (192.0.2.7:2222) was lost while a script ran: gone",
  });
  assert.equal(machine.opened, 5);
});

test("a script that was killed is told by its words and by its end", async () => {
  const { machine, hosts } = setup();
  machine.change = () => badly("web: the files that stood there before are back and active\n", 137);
  await assert.rejects(hosts.change(forum, "apply", script, signal), {
    message:
      "web: the files that stood there before are back and active\n" +
      "forum (192.0.2.7:2222): the script was ended from outside (137), killed or out of memory: see `journalctl -k` there",
  });
});

test("the words of a script that failed are forgotten on the host when they are here", async () => {
  const { machine, hosts } = setup();
  machine.change = () => well("changed\n");
  await hosts.change(forum, "apply", script, signal);
  assert.deepEqual(machine.forgotten, []);
  machine.change = () => badly("forum: no");
  await assert.rejects(hosts.change(forum, "apply", script, signal), { message: "forum: no" });
  assert.deepEqual(machine.forgotten, [valueIn(machine.sent[1] ?? assert.fail("not sent"), "RUN")]);
});

test("a session that ends alone, over a good link, is asked after like a lost link", async () => {
  const { machine, hosts } = setup();
  machine.change = () => badly("", 255);
  machine.result = () => well("changed\n");
  assert.equal(await hosts.change(forum, "apply", script, signal), "changed\n");
  assert.deepEqual([machine.opened, machine.verbs], [1, ["apply", "result"]]);
});

test("a script that ends with 255 over a good link has failed by itself", async () => {
  const { machine, hosts } = setup();
  machine.change = machine.result = () => badly("forum: no", 255);
  await assert.rejects(hosts.change(forum, "apply", script, signal), {
    name: "Error",
    message: "forum: no",
  });
  await hosts.manifest(forum, signal);
  assert.equal(machine.opened, 1);
});

test("a run that is cancelled begins nothing more, but what runs on a host runs to its end", async () => {
  const { machine, hosts } = setup();
  const cancelled = new AbortController();
  machine.change = () => {
    cancelled.abort();
    return well("changed");
  };
  assert.equal(await hosts.change(forum, "apply", script, cancelled.signal), "changed");
  await assert.rejects(hosts.change(forum, "apply", script, cancelled.signal), {
    message: "forum (192.0.2.7:2222) was not asked: the run was cancelled",
  });
  assert.deepEqual(machine.verbs, ["apply"]);
});

test("a host that does not answer is asked once by all who read, and is warned of once", async () => {
  const { machine, hosts, warnings } = setup();
  machine.refusal = "ssh: connect to host 192.0.2.7 port 2222: Connection refused";
  const read = () =>
    hosts.manifest(forum, signal).catch((error: unknown) => {
      hosts.warn(forum, (error as Error).message);
      return (error as Error).name;
    });
  assert.deepEqual(await Promise.all([read(), read(), read()]), Array(3).fill("Unreachable"));
  assert.equal(await read(), "Unreachable");
  assert.equal(machine.opened, 1);
  assert.deepEqual(warnings, [
    "warning: forum (192.0.2.7:2222) cannot be reached: ssh: connect to host 192.0.2.7 port 2222: " +
      "Connection refused. See that the machine runs and that its address and port are right",
  ]);
});

test("an answer that nobody understands tells nothing about the host", async () => {
  for (const [look, message] of [
    [
      well("Last login: today\n"),
      `gave an answer that was cut off or is not the platform's; it begins with "Last login: today\\n"`,
    ],
    [
      well("platform\t1\nset\ta\n"),
      `gave an answer that was cut off or is not the platform's; it begins with "platform\\t1\\nset\\ta\\n"`,
    ],
    [
      badly("forum: another run is changing the machine\n"),
      "forum: another run is changing the machine",
    ],
    [badly("sudo: a password is required\n"), "sudo: a password is required"],
    [badly("", 127), "its script ended with 127"],
  ] as const) {
    const { machine, hosts } = setup();
    machine.look = () => look;
    await assert.rejects(hosts.manifest(forum, signal), {
      name: "Unreachable",
      message: `forum (192.0.2.7:2222) ${message}`,
    });
  }
});
