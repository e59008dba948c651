import assert from "node:assert/strict";
import { test } from "node:test";
import { secret, type Properties } from "../../../provider/grpc/values.ts";
import {
  badly,
  FakeHost,
  host,
  manifest,
  motd,
  onFakeHost,
  setLines,
  there,
  urn,
  valueIn,
} from "./fake-host.ts";

const packages: Properties = {
  host,
  packages: { curl: "installed", jq: "installed" },
  held: [],
  sources: {},
};
const unit: Properties = {
  host,
  unit: "nginx.service",
  enabled: true,
  active: true,
  ready: "nginx -t",
};

/** What a script that failed has left of the unit. */
const leftUnit = (sent: Parameters<typeof valueIn>[0], active: string) =>
  manifest(["unit", valueIn(sent, "ID"), "nginx.service", "enabled", active]);

test("a set that could not be made is put back by its script, so nothing is kept of it", async () => {
  await onFakeHost(async (run, machine) => {
    machine.change = () => badly("forum: web: the new files were refused\n");
    const [kept, step] = await run.apply(urn("ConfigSet"), motd);
    assert.deepEqual(
      [kept, step.op, step.error],
      [undefined, "failed", "forum: web: the new files were refused\n"],
    );
    assert.deepEqual(machine.verbs, ["apply"]);
  });
});

test("packages of which some came are kept as they are, and the rest follows in the next run", async () => {
  await onFakeHost(async (run, machine) => {
    machine.change = (sent) => {
      machine.manifest = manifest(
        ["packages", valueIn(sent, "ID")],
        ["package", "curl", "7.88.1", "install"],
      );
      return badly("forum: `apt-get` failed\n");
    };
    const [kept, step] = await run.apply(urn("Packages"), packages);
    assert.equal(step.error, "forum: `apt-get` failed\n");
    assert.deepEqual(kept?.properties, {
      ...packages,
      packages: { curl: "installed" },
      format: 1,
      notedAs: urn("Packages"),
      unfinished: "forum: `apt-get` failed",
    });
    const found = there(await run.refresh(there(kept)));
    const [, next] = await run.apply(urn("Packages"), packages, found, true);
    assert.deepEqual(next.changes, { "packages.jq": "ADD", unfinished: "DELETE" });
  });
});

test("what took up the id of a create whose answer was lost is kept under that id", async () => {
  await onFakeHost(async (run, machine) => {
    machine.change = () => {
      machine.manifest = manifest(
        ["packages", "0123456789abcdef"],
        ["package", "curl", "7.88.1", "install"],
      );
      return {
        code: 1,
        stdout: "output id 0123456789abcdef\n",
        stderr: "forum: `apt-get` failed\n",
      };
    };
    const [kept] = await run.apply(urn("Packages"), packages);
    assert.equal(kept?.id, "0123456789abcdef");
    assert.deepEqual(kept.properties["packages"], { curl: "installed" });
  });
});

test("a unit that failed is kept as it is, and started again in the next run", async () => {
  await onFakeHost(async (run, machine) => {
    machine.change = (sent) => {
      machine.manifest = leftUnit(sent, "failed");
      return badly("forum: nginx.service did not start\n");
    };
    const [kept, step] = await run.apply(urn("Unit"), unit);
    assert.equal(step.error, "forum: nginx.service did not start\n");
    assert.deepEqual(kept?.properties, {
      ...unit,
      active: false,
      failed: true,
      format: 1,
      notedAs: urn("Unit"),
      unfinished: "forum: nginx.service did not start",
    });
    const found = there(await run.refresh(there(kept)));
    const [, next] = await run.apply(urn("Unit"), unit, found, true);
    assert.deepEqual(next.changes, {
      active: "UPDATE",
      failed: "DELETE",
      unfinished: "DELETE",
    });
  });
});

test("a unit that runs and does not answer is asked again in the next run", async () => {
  await onFakeHost(async (run, machine) => {
    machine.change = (sent) => {
      machine.manifest = leftUnit(sent, "active");
      return badly("forum: nginx.service did not start or did not answer within a minute\n");
    };
    const [kept] = await run.apply(urn("Unit"), unit);
    const found = there(await run.refresh(there(kept))); // the engine drops the error of Create here
    const [, next] = await run.apply(urn("Unit"), unit, found, true);
    assert.equal(next.op, "update");
  });
});

test("packages that all came before their script failed still tell when that was", async () => {
  await onFakeHost(async (run, machine) => {
    machine.change = (sent) => {
      machine.manifest = manifest(
        ["packages", valueIn(sent, "ID")],
        ["package", "curl", "7.88.1", "install"],
        ["package", "jq", "1.6", "install"],
      );
      return badly("forum: apt-mark failed\n");
    };
    const [kept] = await run.apply(urn("Packages"), packages);
    const found = there(await run.refresh(there(kept)));
    const [after, step] = await run.apply(urn("Packages"), packages, found);
    assert.ok(step.op === "failed" || after?.properties["changedAt"] !== undefined);
  });
});

test("when the link is lost, the host is asked over a new one what was made", async () => {
  await onFakeHost(async (run, machine) => {
    machine.change = (sent) => {
      machine.manifest = manifest(...setLines(valueIn(sent, "ID"), { "/etc/motd": "hello\n" }));
      return machine.loseLink();
    };
    const [kept, step] = await run.apply(urn("ConfigSet"), motd);
    assert.equal(
      step.error,
      "forum (192.0.2.7:2222) was lost while a script was sent to it or ran (Timeout, server 192.0.2.7 not " +
        "responding.), and knows nothing of it now: it may have been restarted. Run again\n",
    );
    const unfinished = step.error.trim();
    const notedAs = urn("ConfigSet");
    assert.deepEqual(kept?.properties, { ...motd, format: 1, notedAs, unfinished });
    assert.deepEqual([machine.opened, machine.verbs], [2, ["apply", "result", "look"]]);
  });
});

test("when nobody can be asked, nothing is kept, and the error is the first one", async () => {
  await onFakeHost(async (run, machine) => {
    machine.change = () => {
      machine.refusal = "root@192.0.2.7: Permission denied (publickey).";
      return machine.loseLink("Connection to 192.0.2.7 closed by remote host.");
    };
    const [kept, step] = await run.apply(urn("Unit"), unit);
    assert.equal(kept, undefined);
    assert.match(
      step.error,
      /was lost while a script ran, which runs on there \(Connection to 192\.0\.2\.7 closed by remote host\.\); since then it accepts no key/,
    );
  });
});

test("an update that nobody can be asked about is marked, so that the next run does it again", async () => {
  await onFakeHost(async (run, machine) => {
    const [made] = await run.apply(urn("Unit"), unit);
    machine.change = () => {
      machine.refusal = "root@192.0.2.7: Permission denied (publickey).";
      return machine.loseLink("Connection to 192.0.2.7 closed by remote host.");
    };
    const [kept, step] = await run.apply(urn("Unit"), { ...unit, active: false }, there(made));
    const unfinished = step.error.trim();
    assert.match(
      unfinished,
      /^forum \(192\.0\.2\.7:2222\) was lost while a script ran, which runs on/,
    );
    assert.deepEqual(kept?.properties, { ...made?.properties, unfinished });
  });
});

test("an update that fails leaves the state as it was read", async () => {
  await onFakeHost(async (run, machine) => {
    const [made] = await run.apply(urn("ConfigSet"), motd);
    machine.change = () => badly("forum: web: the service did not answer\n");
    const [kept, step] = await run.apply(
      urn("ConfigSet"),
      { ...motd, absent: ["/etc/a"] },
      there(made),
    );
    assert.deepEqual([kept, step.op], [made, "failed"]);
  });
});

test("no secret of the inputs is in an error, of whatever verb", async () => {
  const machine = new FakeHost();
  machine.change = () => badly('forum: nginx: bad line "canary-one" and canary-two, not hello\n');
  const content = secret("canary-one\ncanary-two\n");
  const files = {
    "/k": { content, mode: "0600", owner: "root:root" },
    "/p": { content: "hello\n", mode: "0644", owner: "root:root" },
  };
  const inputs = { ...motd, files };
  await onFakeHost(
    async (run) => {
      const error = 'forum: nginx: bad line "[secret]" and [secret], not hello\n';
      assert.equal((await run.apply(urn("ConfigSet"), inputs))[1].error, error);
      const kept = { urn: urn("ConfigSet"), id: "a", inputs, properties: motd };
      assert.equal((await run.apply(urn("ConfigSet"), inputs, kept))[1].error, error);
      assert.equal((await run.remove(kept)).error, error);
      assert.deepEqual(run.logs, []);
    },
    { machine },
  );
});
