import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseImportId, renderImportId, type Thing } from "../../../formats/import-id.ts";

const host = {
  name: "web",
  address: "192.0.2.7",
  port: 22,
  user: "root",
  hostKey: "ssh-ed25519 AAAAC3+/x=",
  instance: "1",
  release: "bookworm",
};

test("an id is a URL that a person can read", () => {
  assert.equal(
    renderImportId(host, [
      ["file", "/etc/motd"],
      ["package", "g++=4:12.2.0-3~a"],
    ]),
    "ssh://root@192.0.2.7:22/?host=web&release=bookworm&instance=1&hostKey=ssh-ed25519%20AAAAC3%2B/x=" +
      "&file=/etc/motd&package=g%2B%2B=4:12.2.0-3~a",
  );
  assert.match(
    renderImportId({ ...host, address: "2001:db8::7" }, []),
    /^ssh:\/\/root@\[2001:db8::7\]:22\/\?/,
  );
});

test("a bastion stands in an id with its login and its key; half of it is refused where it is checked", () => {
  const bastion = { address: "2001:db8::1", port: 2222, user: "jump", hostKey: "ssh-ed25519 AAA+" };
  const id = renderImportId({ ...host, bastion }, []);
  assert.match(id, /&bastion=jump@%5B2001:db8::1%5D:2222&bastionKey=ssh-ed25519%20AAA%2B$/);
  assert.deepEqual(parseImportId(id)?.host.bastion, bastion);
  const half = parseImportId(id.replace(/&bastionKey=.*/, ""));
  assert.deepEqual(half?.host.bastion, { ...bastion, hostKey: "" });
  const other = parseImportId(id.replace(/&bastion=[^&]*/, "&bastion=jump"))?.host.bastion;
  assert.deepEqual(other, { address: "", port: 22, user: "", hostKey: bastion.hostKey });
});

const word = fc.stringMatching(/^[\w.-]{1,20}$/);
const key = fc.tuple(
  fc.constantFrom("ssh-ed25519", "ecdsa-sha2-nistp256"),
  fc.stringMatching(/^[A-Za-z0-9+/]{1,60}={0,2}$/),
);
const login = {
  address: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant("2001:DB8:0:0::1"), fc.domain()),
  port: fc.integer({ min: 1, max: 65535 }),
  user: fc.stringMatching(/^[a-z_][\w-]{0,8}$/),
  hostKey: key.map((words) => words.join(" ")),
};
const bastion = fc.record(login, { noNullPrototype: true });
const direct = fc.record(
  { ...login, name: word, instance: word, release: fc.stringMatching(/^[a-z]{1,10}$/) },
  { noNullPrototype: true },
);
const behind = fc.tuple(direct, bastion).map(([one, between]) => ({ ...one, bastion: between }));
const machine = fc.oneof(direct, behind);
const path = fc.stringMatching(/^(?:\/[\w.@:+-]{1,10}){1,4}$/);
const wanted = fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{1,10}(?:=[\w.+:~-]{1,20})?$/);
const things = fc.array(
  fc.oneof(
    fc.tuple(fc.constantFrom("file", "secret", "absent"), path),
    fc.tuple(fc.constant("package"), wanted),
  ),
);

test("every machine and every thing is read back as it was written", () => {
  fc.assert(
    fc.property(machine, things, (one, some) => {
      const expected = { host: one, things: some, repeated: [] };
      assert.deepEqual(parseImportId(renderImportId(one, some)), expected);
    }),
  );
});

test("a plus and a space that were typed as they are mean what they say", () => {
  fc.assert(
    fc.property(direct, path, (one, file) => {
      const { name, release, hostKey } = one;
      const typed = renderImportId(one, []).replace(
        /\?.*$/,
        `?host=${name}&release=${release}&hostKey=${hostKey}&file=${file}`,
      );
      const read = { ...one, instance: "1" };
      const expected = { host: read, things: [["file", file] as Thing], repeated: [] };
      assert.deepEqual(parseImportId(typed), expected);
      assert.deepEqual(parseImportId(typed.replace(hostKey, hostKey.replace(" ", "+"))), expected);
    }),
  );
});

test("what may be left out has the defaults of a host; what is missing is empty", () => {
  assert.deepEqual(parseImportId("ssh://root@web.example.org?unit=a.service"), {
    host: {
      ...{ name: "", address: "web.example.org", port: 22, user: "root" },
      ...{ hostKey: "", instance: "1", release: "" },
    },
    things: [["unit", "a.service"]],
    repeated: [],
  });
});

test("fields of the machine that stand there twice are told", () => {
  const twice = "ssh://root@web/?host=a&host=b&release=x&release=y&file=/a&file=/b";
  assert.deepEqual(parseImportId(twice)?.repeated, ["host", "release"]);
});

test("what is no such URL is told apart", () => {
  for (const text of [
    "",
    "0123456789abcdef",
    "/etc/motd",
    "https://root@web/?host=a",
    "ssh://web/?host=a",
    "ssh://root@/?host=a",
    "ssh://root@web",
    "ssh://root@web/etc/motd?host=a",
    "ssh://root@web:65536/?host=a",
    "ssh://root@web:x/?host=a",
    "ssh://root@2001:db8::1/?host=a",
    "ssh://root@[2001:db8::1/?host=a",
    "ssh://root@[:]/?host=a",
    "ssh://root@[fe80::1%eth0]/?host=a",
    "ssh://root@web/?host=a#file=/etc/motd",
  ]) {
    assert.equal(parseImportId(text), undefined, text);
  }
});
