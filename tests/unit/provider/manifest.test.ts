import assert from "node:assert/strict";
import { test } from "node:test";
import { parseManifest } from "../../../provider/manifest.ts";
import { manifest } from "./fake-host.ts";

const digest = "0123456789abcdef".repeat(4);

const full = `platform\t1
set\t0a1b2c3d4e5f6071
path\t0a1b2c3d4e5f6071\t/etc/motd\t0644\troot:root\tregular file\t68656c6c6f0a
path\t0a1b2c3d4e5f6071\t/etc/empty\t0600\twww-data:1234\tregular file\t
path\t0a1b2c3d4e5f6071\t/etc/key.pem\t0600\troot:root\tregular file\t~${digest.slice(0, 32)}
path\t0a1b2c3d4e5f6071\t/srv/large\t0644\troot:root\tregular file\t=${digest}
path\t0a1b2c3d4e5f6071\t/etc/binary\t0644\troot:root\tregular file\t61ff00
path\t0a1b2c3d4e5f6071\t/etc/link\t0777\troot:root\tsymbolic link\t-
path\t0a1b2c3d4e5f6071\t/etc/folder\t2755\troot:root\tdirectory\t-
set\tffffffffffffffff
packages\t1111111111111111
packages\t2222222222222222
changed\t2222222222222222\t2026-01-02T03:04:05Z
package\tcurl\t7.88.1-10+deb12u12\tinstall
package\tdocker-ce\t5:28.5.1-1~debian.12~bookworm\thold
source\tdocker\t9DC858229FC7DD38854AE2D88D81803C0EBFCD88\tVHlwZXM6IGRlYgo=
source\tbroken\t-\t-
unit\t3333333333333333\tnginx.service\tenabled\tactive
unit\t4444444444444444\tgone.timer\t-\tinactive
data\t5555555555555555\t/srv/forum\twhole\t-\t10240\t755\t0\troot\t1000\tUNKNOWN
data\t6666666666666666\t/srv/gone\twhole\t/srv/gone was on / (ext4 1) and is gone\t0\t-
data\t7777777777777777\t/srv/new\tbroken\t-\t0\t-
script\t8888888888888888\twhole\t0\te30K\t
script\t9999999999999999\tbroken\t124\t\tYXdheQo=
end
`;

test("all that look.sh and survey.sh tell is read", () => {
  const { sets, wanting, packages, changed, sources, units, directories, scripts } =
    parseManifest(full);
  const regular = { mode: "0644", owner: "root:root", type: "regular file" };
  assert.deepEqual([...sets.keys()], ["0a1b2c3d4e5f6071", "ffffffffffffffff"]);
  assert.deepEqual(Object.fromEntries(sets.get("0a1b2c3d4e5f6071") ?? []), {
    "/etc/motd": { ...regular, content: { text: "hello\n" } },
    "/etc/empty": { ...regular, mode: "0600", owner: "www-data:1234", content: { text: "" } },
    "/etc/key.pem": { ...regular, mode: "0600", content: { salted: digest.slice(0, 32) } },
    "/srv/large": { ...regular, content: { sha256: digest } },
    "/etc/binary": { ...regular, content: { text: "a\ufffd\0", lossy: true } },
    "/etc/link": { ...regular, mode: "0777", type: "symbolic link", content: undefined },
    "/etc/folder": { ...regular, mode: "2755", type: "directory", content: undefined },
  });
  assert.equal(sets.get("ffffffffffffffff")?.size, 0);
  assert.deepEqual([...wanting], ["1111111111111111", "2222222222222222"]);
  assert.deepEqual([...changed], [["2222222222222222", "2026-01-02T03:04:05Z"]]);
  assert.deepEqual(Object.fromEntries(packages), {
    curl: { version: "7.88.1-10+deb12u12", held: false },
    "docker-ce": { version: "5:28.5.1-1~debian.12~bookworm", held: true },
  });
  assert.deepEqual(Object.fromEntries(sources), {
    docker: { fingerprint: "9DC858229FC7DD38854AE2D88D81803C0EBFCD88", text: "Types: deb\n" },
    broken: { fingerprint: "-", text: undefined },
  });
  assert.deepEqual(Object.fromEntries(units), {
    "nginx.service": { owner: "3333333333333333", enabled: "enabled", active: "active" },
    "gone.timer": { owner: "4444444444444444", enabled: "-", active: "inactive" },
  });
  const missing = { lost: undefined, broken: false, quotaKib: 0, is: undefined };
  assert.deepEqual(Object.fromEntries(directories), {
    "5555555555555555": {
      ...{ path: "/srv/forum", lost: undefined, broken: false, quotaKib: 10240 },
      is: {
        mode: "0755",
        user: { number: "0", name: "root" },
        group: { number: "1000", name: "UNKNOWN" },
      },
    },
    "6666666666666666": {
      ...missing,
      path: "/srv/gone",
      lost: "/srv/gone was on / (ext4 1) and is gone",
    },
    "7777777777777777": { ...missing, path: "/srv/new", broken: true },
  });
  assert.deepEqual(Object.fromEntries(scripts), {
    "8888888888888888": { whole: true, code: 0, told: Buffer.from("{}\n"), words: "" },
    "9999999999999999": { whole: false, code: 124, told: Buffer.from(""), words: "away" },
  });
});

test("a machine on which nothing is managed says so", () => {
  const { sets, wanting, packages, sources, units, directories, scripts } =
    parseManifest(manifest());
  assert.deepEqual(
    [sets, wanting, packages, sources, units, directories, scripts].map(({ size }) => size),
    [0, 0, 0, 0, 0, 0, 0],
  );
});

test("an answer that was cut off anywhere is refused, for what is missing in it may be there", () => {
  const message = /^gave an answer that was cut off or is not the platform's; it begins with "/;
  for (let length = 0; length < full.length - "\n".length; length++) {
    assert.throws(() => parseManifest(full.slice(0, length)), { message }, String(length));
  }
  assert.throws(() => parseManifest("end\nplatform\t1\n"), { message });
});

test("the answer of another version of look.sh is refused", () => {
  assert.throws(() => parseManifest("platform\t2\nend\n"), /is not the platform's/);
  assert.throws(() => parseManifest("platform\nend\n"), /is not the platform's/);
});

test("what a profile or a banner prints before and after is passed over", () => {
  const noise = "Welcome to Debian GNU/Linux 12 (bookworm)!\nend\nunit\tx\ty\n\n";
  assert.deepEqual(parseManifest(noise + full), parseManifest(full));
  assert.deepEqual(parseManifest(`${full}logout\n`), parseManifest(full));
});

test("a line of 5 MB is read in a moment", () => {
  const content = "x".repeat(2_500_000);
  const line = ["path", "a", "/etc/a", "0644", "root:root", "regular file"];
  const hex = Buffer.from(content).toString("hex");
  const start = performance.now();
  const { sets } = parseManifest(manifest(["set", "a"], [...line, hex]));
  assert.ok(performance.now() - start < 1000);
  const found = sets.get("a")?.get("/etc/a")?.content;
  assert.ok(found && "text" in found && found.text === content);
});
