import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { isSecret, secret, text, UNKNOWN, type Properties } from "../../../provider/grpc/values.ts";
import { host, motd, onFakeHost, urn } from "./fake-host.ts";

type Kind = Parameters<typeof urn>[0];

/** What Check has against inputs, as `property: reason`. */
function problems(kind: Kind, news: Properties): Promise<string[]> {
  return onFakeHost(async (run, machine) => {
    const { response } = await run.ask("Check", { urn: urn(kind), news, olds: {} });
    assert.equal(machine.opened, 0);
    const failures = (response?.["failures"] ?? []) as { property: string; reason: string }[];
    return failures.map(({ property, reason }) => `${property}: ${reason}`);
  });
}

const file = { content: "x", mode: "0644", owner: "root:root" };
const packages = { host, packages: { curl: "installed" }, held: [], sources: {} };
const unit = { host, unit: "nginx.service", enabled: true, active: true, ready: "true" };

test("what components register is accepted", async () => {
  assert.deepEqual(await problems("ConfigSet", motd), []);
  assert.deepEqual(await problems("Packages", packages), []);
  assert.deepEqual(await problems("Unit", unit), []);
});

test("a resource without a host or with another type of key is refused, whatever its kind", async () => {
  for (const [kind, inputs] of [
    ["ConfigSet", motd],
    ["Packages", packages],
    ["Unit", unit],
  ] as const) {
    assert.deepEqual(
      await problems(kind, { ...inputs, host: { ...host, hostKey: "ssh-rsa AAAA" } }),
      [
        "host.hostKey: must be the machine's public host key, such as `ssh-ed25519 AAAA…`: without it no " +
          "connection is made",
      ],
    );
    assert.deepEqual(await problems(kind, { ...inputs, host: null }), [
      "host: names the machine and is missing",
    ]);
  }
});

test("a time for commands that is no whole number of seconds, or too long, is refused", async () => {
  for (const commandSeconds of [0, -1, 1.5, 7201, "10", true]) {
    assert.deepEqual(await problems("ConfigSet", { ...motd, commandSeconds }), [
      "commandSeconds: must be a whole number of seconds, 1 to 7200",
    ]);
  }
  for (const commandSeconds of [1, 7200])
    assert.deepEqual(await problems("ConfigSet", { ...motd, commandSeconds }), []);
});

test("a path that is not plain and absolute is refused", async () => {
  for (const path of [
    "etc/a",
    "/etc/../a",
    "/etc/./a",
    "/etc/..",
    "/etc/a b",
    "/etc/",
    "/",
    "//a",
    "/a\n/b",
  ]) {
    const name = `files[${JSON.stringify(path)}]`;
    const reason = `"${path}" is not a plain absolute path`;
    assert.deepEqual(await problems("ConfigSet", { ...motd, files: { [path]: file } }), [
      `${name}: ${reason}`,
    ]);
    assert.deepEqual(await problems("ConfigSet", { ...motd, absent: [path] }), [
      `absent: ${reason}`,
    ]);
  }
  for (const path of [
    "/a",
    "/etc/nginx/sites-enabled/a.conf",
    "/etc/..a",
    "/etc/systemd/getty@.d/x+y:z",
  ]) {
    assert.deepEqual(await problems("ConfigSet", { ...motd, files: { [path]: file } }), []);
  }
});

test("each field of a file that is wrong is told", async () => {
  assert.deepEqual(
    await problems("ConfigSet", {
      ...motd,
      files: {
        "/a": { content: 5, mode: "644", owner: "root" },
        "/b": { mode: "0888", owner: "0:0" },
      },
    }),
    [
      'files["/a"].content: is missing or not text (a NUL character is none)',
      'files["/a"].mode: must have four octal digits, as "0644"',
      'files["/a"].owner: must be a user and a group, as "root:root"',
      'files["/b"].content: is missing or not text (a NUL character is none)',
      'files["/b"].mode: must have four octal digits, as "0644"',
      'files["/b"].owner: must be a user and a group, as "root:root"',
    ],
  );
});

test("a path that is to be there and to be absent is refused", async () => {
  assert.equal((await problems("ConfigSet", { ...motd, absent: ["/etc/motd"] })).length, 1);
});

test("what is wrong with packages is told by the package and the source", async () => {
  assert.deepEqual(
    await problems("Packages", {
      ...packages,
      packages: { curl: "installed", "CURL; id": "installed", jq: "1.6 2", "a/b": "1" },
      held: ["curl", "nano"],
      sources: {
        Docker: { text: "", keyUrl: "", fingerprint: "A".repeat(40) },
        docker: { text: "", keyUrl: "", fingerprint: "0x8D81803C0EBFCD88" },
      },
    }),
    [
      'packages["CURL; id"]: "CURL; id" is not a package\'s name, or its version is not one',
      'packages["a/b"]: "a/b" is not a package\'s name, or its version is not one',
      'packages["jq"]: "jq" is not a package\'s name, or its version is not one',
      "held: nano is not among the packages",
      'sources["Docker"]: needs a name of lower case letters, and a fingerprint of 40 hexadecimal digits',
      'sources["docker"]: needs a name of lower case letters, and a fingerprint of 40 hexadecimal digits',
    ],
  );
});

test("packages without a package are refused", async () => {
  assert.equal((await problems("Packages", { ...packages, packages: {} })).length, 1);
});

test("what is wrong with a unit is told", async () => {
  assert.deepEqual(await problems("Unit", { ...unit, unit: "nginx", restartAfter: "yesterday" }), [
    'unit: must be a unit with its suffix, such as "nginx.service"',
    "restartAfter: must be a time, as 2026-11-23T02:30:11Z",
  ]);
  for (const name of [
    "getty@tty1.service",
    "docker.socket",
    "a.timer",
    "multi-user.target",
    "srv-x.mount",
  ]) {
    assert.deepEqual(await problems("Unit", { ...unit, unit: name, restartAfter: UNKNOWN }), []);
  }
  assert.deepEqual(await problems("Unit", { ...unit, restartAfter: "2026-11-23T02:30:11Z" }), []);
});

test("two resources of a run that claim one thing of a host are refused", async () => {
  await onFakeHost(async (run) => {
    const source = { text: "", keyUrl: "", fingerprint: "A".repeat(40) };
    const cases = [
      ["ConfigSet", motd, 'files["/etc/motd"]', "/etc/motd"],
      [
        "Packages",
        { ...packages, sources: { docker: source } },
        "sources.docker",
        "package source docker",
      ],
      ["Unit", unit, "unit", "unit nginx.service"],
    ] as const;
    for (const [kind, news, property, thing] of cases) {
      const check = async (name: string, inputs: Properties) =>
        (await run.ask("Check", { urn: urn(kind, name), news: inputs, olds: {} })).response?.[
          "failures"
        ];
      assert.equal(await check("first", news), undefined);
      assert.equal(await check("first", news), undefined);
      assert.equal(
        await check("elsewhere", {
          ...news,
          host: { ...host, name: "mail", hostKey: "ssh-ed25519 AAAAmail" },
        }),
        undefined,
      );
      const reason = `${thing} on forum belongs to first already: take it out of one of the two`;
      assert.deepEqual(await check("second", news), [{ property, reason }]);
    }
  });
});

test("a path that one set wants and another wants absent is claimed by both", async () => {
  await onFakeHost(async (run) => {
    await run.ask("Check", { urn: urn("ConfigSet", "first"), news: motd, olds: {} });
    const news = { ...motd, files: {}, absent: ["/etc/motd"] };
    const { response } = await run.ask("Check", {
      urn: urn("ConfigSet", "second"),
      news,
      olds: {},
    });
    assert.deepEqual(response?.["failures"], [
      {
        property: 'files["/etc/motd"]',
        reason: "/etc/motd on forum belongs to first already: take it out of one of the two",
      },
    ]);
  });
});

test("a text of more than 64 KiB gets a digest to be compared by, without a salt", async () => {
  await onFakeHost(async (run) => {
    const sizes = [65_536, 65_537];
    const files = sizes.map((size): [string, Properties] => [
      `/f${size}`,
      { ...file, content: "x".repeat(size) },
    ]);
    const news = { ...motd, files: Object.fromEntries(files) };
    const { response } = await run.ask("Check", { urn: urn("ConfigSet"), news, olds: {} });
    const inputs = response?.["inputs"] as Record<string, Record<string, Properties>>;
    assert.equal(inputs["salt"], undefined);
    const digests = sizes.map((size) => inputs["files"]?.[`/f${size}`]?.["digest"]);
    const sum = createHash("sha256").update("x".repeat(65_537)).digest("hex");
    assert.deepEqual(digests, [undefined, sum.slice(0, 32)]);
  });
});

test("a secret file gets a digest to be shown, with a salt that stays the same", async () => {
  await onFakeHost(async (run) => {
    const files = { "/k": { ...file, content: secret("KEY") }, "/p": file };
    const check = async (olds: Properties, content = secret("KEY")) => {
      const news = { ...motd, files: { ...files, "/k": { ...file, content } } };
      const { response } = await run.ask("Check", { urn: urn("ConfigSet"), news, olds });
      const inputs = response?.["inputs"] as Properties;
      return { inputs, salt: inputs["salt"], files: inputs["files"] as Record<string, Properties> };
    };
    const digestOf = (of: Record<string, Properties>) => text(of["/k"]?.["digest"]);
    const first = await check({});
    const digest = digestOf(first.files);
    assert.ok(isSecret(first.salt));
    assert.match(digest, /^[0-9a-f]{32}$/);
    assert.deepEqual(first.files, { "/k": { ...files["/k"], digest }, "/p": file });
    assert.deepEqual((await check(first.inputs)).inputs, first.inputs);
    const other = await check(first.inputs, secret("OTHER"));
    assert.deepEqual(other.salt, first.salt);
    assert.notEqual(digestOf(other.files), digest);
    assert.equal(digestOf((await check({}, secret(UNKNOWN))).files), UNKNOWN);
    const plain = await run.ask("Check", { urn: urn("ConfigSet"), news: motd, olds: first.inputs });
    assert.deepEqual(plain.response?.["inputs"], motd);
  });
});
