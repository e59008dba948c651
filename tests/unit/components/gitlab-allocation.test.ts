import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  allocate,
  collisions,
  slots,
  type Allocated,
} from "../../../components/gitlab/allocation.ts";

test("a name has its network and its ports", () => {
  assert.deepEqual(allocate("acme"), {
    slot: 105,
    subnet: "10.208.6.144/28",
    gateway: "10.208.6.145",
    address: "10.208.6.146",
    httpPort: 12_105,
    registryPort: 17_105,
    pagesPort: 22_105,
    sshPort: 27_105,
  });
  assert.deepEqual(allocate("acme", { sshPort: 22 }), { ...allocate("acme"), sshPort: 22 });
});

test("a slot can be wanted, from the first to the last", () => {
  assert.equal(allocate("acme", { slot: 0 }).subnet, "10.208.0.0/28");
  const { subnet, gateway, address, sshPort } = allocate("acme", { slot: 4999 });
  assert.deepEqual(
    [subnet, gateway, address, sshPort],
    ["10.209.56.112/28", "10.209.56.113", "10.209.56.114", 31_999],
  );
  for (const slot of [-1, 5000, 1.5, NaN]) {
    assert.throws(
      () => allocate("acme", { slot }),
      new RangeError(`there is no slot ${slot}: take one from 0 to 4999`),
    );
  }
});

test("any name has ports below those of connections, and no slot shares anything with another", () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      const { slot, httpPort, registryPort, pagesPort, sshPort } = allocate(name);
      assert.ok(slot >= 0 && slot < slots);
      for (const port of [httpPort, registryPort, pagesPort, sshPort]) {
        assert.ok(port >= 12_000 && port < 32_768, String(port));
      }
    }),
  );
  const all = Array.from({ length: slots }, (_, slot) => allocate("any", { slot }));
  const ports = all.flatMap((one) => [one.httpPort, one.registryPort, one.pagesPort, one.sshPort]);
  assert.equal(new Set(ports).size, 20_000);
  const addresses = all.flatMap((one) => [one.subnet, one.gateway, one.address]);
  assert.equal(new Set(addresses).size, 15_000);
});

const on = (
  host: string,
  name: string,
  wanted: Parameters<typeof allocate>[1] = {},
  sshAddress?: string,
): Allocated => ({ name, host, allocation: allocate(name, wanted), sshAddress });

test("one slot twice on a machine is told with a free one, each time another", () => {
  const same = { slot: 0 };
  const instances = [
    on("a", "one", same),
    on("a", "two", same),
    on("b", "far", same),
    on("a", "three", same),
    on("a", "four", { slot: 1 }),
  ];
  const what = (free: number) =>
    `both have slot 0 (10.208.0.0/28) of their machine: set \`slot\` of one of them, ${free} is free`;
  assert.deepEqual(collisions(instances), [
    { instance: "two", other: "one", what: what(2) },
    { instance: "three", other: "one", what: what(3) },
  ]);
});

test("one SSH port twice collides on the same address, and on all of them", () => {
  const ssh = { sshPort: 22 };
  const what = "both want port 22 of their machine: set `ssh.port` or `ssh.address` of one of them";
  const first = on("a", "one", ssh, "192.0.2.1");
  assert.deepEqual(collisions([first, on("a", "two", ssh, "192.0.2.2")]), []);
  assert.deepEqual(collisions([first, on("b", "two", ssh, "192.0.2.1")]), []);
  for (const address of ["192.0.2.1", "0.0.0.0", undefined]) {
    assert.deepEqual(collisions([first, on("a", "two", ssh, address)]), [
      { instance: "two", other: "one", what },
    ]);
  }
});

test("an SSH port that is another's HTTP port collides unless it is on another address", () => {
  const acme = on("a", "acme");
  const wanted = { slot: 7, sshPort: 12_105 };
  assert.deepEqual(collisions([acme, on("a", "two", wanted, "192.0.2.1")]), []);
  assert.deepEqual(collisions([acme, on("a", "two", wanted)]), [
    {
      instance: "two",
      other: "acme",
      what: "both want port 12105 of their machine: set `ssh.port` or `ssh.address` of one of them",
    },
  ]);
});

test("who comes or goes changes nothing for the others", () => {
  const names = Array.from({ length: 200 }, (_, index) => `customer-${index}`);
  const of = (some: readonly string[]) => new Map(some.map((name) => [name, allocate(name)]));
  const all = of(names);
  for (const [name, allocation] of of(names.filter((_, index) => index % 3 > 0))) {
    assert.deepEqual(all.get(name), allocation);
  }
});
