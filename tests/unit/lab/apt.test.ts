import assert from "node:assert/strict";
import { test } from "node:test";
import { debianSources, inheritedSettings } from "../../../lab/images/apt.ts";

const deb822 = `# the mirror of the house
Types: deb deb-src
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main

Types: deb-src
URIs: http://mirror.test/sources
Suites: bookworm
Components: main
`;

test("deb822 sources become one-line entries for the machine's release", () => {
  const files = [{ path: "/etc/apt/sources.list.d/debian.sources", text: deb822 }];
  assert.deepEqual(debianSources(files, "trixie"), [
    "deb http://mirror.test/debian trixie main contrib",
    "deb http://mirror.test/debian trixie-updates main contrib",
    "deb http://mirror.test/debian-security trixie-security main",
  ]);
});

test("one-line sources of any Debian release are understood, each once", () => {
  const text = `
deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://a.test/debian stable main # ours
deb http://a.test/debian stable main
# deb http://b.test/debian stable main
deb-src http://a.test/debian stable main
deb\thttp://a.test/security  stable-security   main`;
  assert.deepEqual(debianSources([{ path: "/etc/apt/sources.list", text }], "bookworm"), [
    "deb http://a.test/debian bookworm main",
    "deb http://a.test/security bookworm-security main",
  ]);
});

test("archives that are not Debian's own are left out", () => {
  const text = `
deb http://vendor.test/debian bookworm stable
deb [signed-by=/etc/apt/keyrings/vendor.asc] http://vendor.test/debian bookworm main
deb http://vendor.test/apt bookworm-vendor main
deb http://vendor.test/apt vendor main
deb http://vendor.test/backports bookworm-backports main`;
  const vendor =
    "Types: deb\nURIs: http://v.test\nSuites: sid\nComponents: main\nSigned-By: /v.gpg";
  const off = "Types: deb\nEnabled: no\nURIs: http://o.test\nSuites: sid\nComponents: main";
  const files = [
    { path: "/etc/apt/sources.list", text },
    { path: "/etc/apt/sources.list.d/vendor.sources", text: vendor },
    { path: "/etc/apt/sources.list.d/off.sources", text: off },
    { path: "/etc/apt/sources.list.d/debian.sources.save", text: deb822 },
  ];
  assert.deepEqual(debianSources(files, "bookworm"), []);
});

test("a mirror that is named explicitly takes the place of the operator's sources", () => {
  const files = [{ path: "/etc/apt/sources.list.d/debian.sources", text: deb822 }];
  assert.deepEqual(debianSources(files, "bookworm", "http://other.test/debian"), [
    "deb http://other.test/debian bookworm main",
  ]);
});

test("proxies and relaxed checks are inherited, and nothing else of apt's settings", () => {
  const dump = `Acquire "";
Acquire::AllowInsecureRepositories "0";
Acquire::http::Proxy "http://proxy.test:3128";
Acquire::http::Proxy::inside.test "DIRECT";
Acquire::https::Proxy "";
Acquire::Check-Valid-Until "false";
Acquire::Check-Date "false";
Acquire::GzipIndexes "true";
APT::Periodic::Enable "1";`;
  const env = { http_proxy: "http://ignored.test", https_proxy: "http://env.test:8080" };
  assert.deepEqual(inheritedSettings(dump, env), [
    'Acquire::http::Proxy "http://proxy.test:3128";',
    'Acquire::http::Proxy::inside.test "DIRECT";',
    'Acquire::Check-Valid-Until "false";',
    'Acquire::Check-Date "false";',
    'Acquire::https::Proxy "http://env.test:8080";',
  ]);
});
