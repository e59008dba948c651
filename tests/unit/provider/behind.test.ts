import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection, Open } from "../../../provider/connection.ts";
import { Claims } from "../../../provider/claims.ts";
import type { Properties } from "../../../provider/grpc/values.ts";
import { secret, UNKNOWN } from "../../../provider/grpc/values.ts";
import { hostFailures, hostOf } from "../../../provider/host.ts";
import { Hosts } from "../../../provider/hosts.ts";
import { inTurns } from "../../../provider/turns.ts";
import { bastion, hostKey } from "../../support/example.ts";
import { FakeHost, host, keepsSets, motd, onFakeHost, there, urn } from "./fake-host.ts";

const behind = { ...host, bastion };
const failures = (change: Properties) =>
  hostFailures({ host: { ...host, bastion: { ...bastion, ...change } } }).map(
    ({ property, reason }) => `${property}: ${reason}`,
  );
const { signal } = new AbortController();

test("a bastion is read from the inputs, and a host without one has none", () => {
  assert.deepEqual(failures({}), []);
  assert.deepEqual(failures({ address: "2001:db8::1", user: "Jane.Doe@corp" }), []);
  assert.deepEqual(hostOf({ host: behind }), behind);
  const hidden = { ...behind, bastion: secret({ ...bastion, address: secret(bastion.address) }) };
  assert.deepEqual(hostOf({ host: hidden }), behind);
  assert.equal("bastion" in hostOf({ host }), false);
});

test("no connection is made to a bastion without its key, and each wrong field has its path", () => {
  const key =
    "host.bastion.hostKey: must be the bastion's public host key, such as `ssh-ed25519 AAAA…`: " +
    "without it no connection is made";
  const { address, port, user } = bastion;
  const without = { address, port, user };
  const told = hostFailures({ host: { ...host, bastion: without } });
  assert.deepEqual(
    told.map(({ property, reason }) => `${property}: ${reason}`),
    [key],
  );
  for (const wrong of ["", "ssh-rsa AAAA", "ssh-ed25519 $(id)", "ssh-ed25519 AAAA me@home"]) {
    assert.deepEqual(failures({ hostKey: wrong }), [key]);
  }
  assert.deepEqual(failures({ address: "a b", port: "22", user: "-oProxyCommand" }), [
    "host.bastion.address: is missing or not what a bastion's address looks like",
    "host.bastion.user: is missing or not what a bastion's user looks like",
    "host.bastion.port: is missing or not what a bastion's port looks like",
  ]);
  for (const wrong of ["gate.example.org", null, UNKNOWN]) {
    const [failure] = hostFailures({ host: { ...host, bastion: wrong } });
    assert.deepEqual(failure, {
      property: "host.bastion",
      reason: "must have the address, port, user and hostKey of the machine in between",
    });
  }
});

test("what is not known yet of a bastion is accepted", () => {
  const later = Object.fromEntries(Object.keys(bastion).map((key) => [key, UNKNOWN]));
  assert.deepEqual(failures(later), []);
});

test("a machine of the same address and key behind another bastion has its own connection", async () => {
  const machine = new FakeHost();
  const hosts = new Hosts(() => undefined, machine.open);
  const ways = [host, behind, { ...behind, bastion: { ...bastion, address: "other.example.org" } }];
  for (const way of [...ways, { ...behind, name: "alias" }]) {
    await hosts.manifest(hostOf({ host: way }), signal);
  }
  assert.equal(machine.opened, 3);
});

test("two machines of one address and key behind two bastions own their own things", () => {
  const claims = new Claims();
  const claim = (name: string, change: Properties, of: Properties = {}) =>
    claims.claim(
      urn("ConfigSet", name),
      hostOf({ host: { ...behind, name, ...of, bastion: { ...bastion, ...change } } }),
      { path: "/etc/motd" },
    ).length;
  assert.equal(claim("one", {}), 0);
  assert.equal(claim("two", { address: "other.example.org" }), 0);
  assert.equal(claim("three", { hostKey }), 0);
  assert.equal(claim("alias", { user: "other" }), 1);
  // Not known yet, they may be two; their names tell them apart.
  assert.equal(claim("four", { address: UNKNOWN }), 0);
  assert.equal(claim("five", { address: UNKNOWN }), 0);
  assert.equal(claim("six", { hostKey: UNKNOWN }), 0);
  assert.equal(claim("six-too", { hostKey: UNKNOWN }, { name: "six" }), 1);
});

test("a bastion that comes, changes or goes is an update in place", async () => {
  const machine = new FakeHost();
  keepsSets(machine, { "/etc/motd": "hello\n" });
  const other = { ...host, bastion: { ...bastion, port: 22 } };
  const set = urn("ConfigSet");
  await onFakeHost(
    async (run) => {
      let kept = there((await run.apply(set, motd))[0]);
      const { id } = kept;
      for (const [way, changes] of [
        [behind, { "host.bastion": "ADD" }],
        [other, { "host.bastion.port": "UPDATE" }],
        [host, { "host.bastion": "DELETE" }],
      ] as const) {
        const [after, step] = await run.apply(set, { ...motd, host: way }, await run.refresh(kept));
        assert.deepEqual(step, { op: "update", changes, error: "" });
        kept = there(after);
        assert.equal(kept.id, id);
        assert.deepEqual(kept.properties["host"], way);
      }
    },
    { machine },
  );
});

/** Opens nothing until it is told to; notes how many attempts are under way. */
function slow() {
  const under: { now: number; most: number; go: (() => void)[] } = { now: 0, most: 0, go: [] };
  const open: Open = async () => {
    under.most = Math.max(under.most, ++under.now);
    await new Promise<void>((go) => under.go.push(go));
    under.now--;
    return Promise.reject<Connection>(new Error("refused"));
  };
  return { under, open };
}

test("eight logins at a time go through one bastion, and all get their turn", async () => {
  const { under, open } = slow();
  const turns = inTurns(open);
  const logins = Array.from({ length: 20 }, (_, index) =>
    turns({ ...hostOf({ host: behind }), address: `10.0.0.${index}` }, signal).catch(() => "ended"),
  );
  const more = turns(hostOf({ host }), signal).catch(() => "direct");
  for (let done = 0; done < 21; done++) {
    await new Promise(setImmediate);
    under.go.shift()?.();
  }
  assert.deepEqual(await Promise.all(logins), Array(20).fill("ended"));
  assert.equal(await more, "direct");
  assert.equal(under.most, 9); // one of them has no bastion
});

test("a login that waits for its turn ends with the run", async () => {
  const { under, open } = slow();
  const turns = inTurns(open);
  const cancelled = new AbortController();
  const logins = Array.from({ length: 9 }, () =>
    turns(hostOf({ host: behind }), cancelled.signal).then(
      () => "opened",
      (error: unknown) => (error as Error).name,
    ),
  );
  cancelled.abort();
  for (const go of under.go) go();
  assert.equal((await Promise.all(logins))[8], "AbortError");
  assert.equal(under.most, 8);
});
