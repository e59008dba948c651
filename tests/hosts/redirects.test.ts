import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { hostname } from "../support/forum.ts";
import { apply, ask, machine, runForum } from "../support/proxy.ts";
import { judgeNginx } from "../support/scanners.ts";

const folder = mkdtempSync(join(tmpdir(), "platform-tables-"));

/** Writes a table, and gives its path. */
function table(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, ["key,target", ...lines, ""].join("\n"));
  return path;
}

const threads = Array.from({ length: 5000 }, (_, n) => `${n + 1},/t/topic-${n + 1}/${n + 90_000}`);
const words = [
  "default,/t/the-default/1",
  "include,/t/the-include/2",
  "Board%20Rules,https://rules.lab.test/a?b=c#d",
  `${"k".repeat(200)},/t/long/3`,
];

const query = {
  kind: "query",
  hostname,
  from: "/showthread.php",
  maps: [
    { parameter: "t", csv: table("threads.csv", threads) },
    { parameter: "postID", csv: table("words.csv", words) },
  ],
};
const redirects = [
  { hostname, from: "/page", to: "/t/page/7" },
  { hostname, from: "/kept", to: "https://kept.lab.test/x", query: "keep", status: 302 },
  { hostname, from: "/old/", to: "https://archive.lab.test/a/" },
  { hostname, from: "/old/inner/", to: "/t/", query: "drop", status: 302 },
  query,
  { ...query, from: "/index.php", maps: [{ after: "thread/", csv: table("wbb.csv", threads) }] },
  { ...query, from: "/gone.php", maps: query.maps.slice(1), otherwise: 410 },
  { ...query, from: "/site.php", maps: query.maps.slice(1), otherwise: "site", status: 302 },
  { ...query, from: "/other.php", maps: query.maps.slice(1), otherwise: "/search" },
];

const site = `https://${hostname}`;

/** What curl on the machine prints for each of these paths, by the path; one connection to the machine for all. */
async function askAll(paths: readonly string[], args: string): Promise<Record<string, string>> {
  const curl = `curl -s --path-as-is --max-time 20 --cacert /run/ca.pem --resolve ${hostname}:443:127.0.0.1`;
  const script = `while IFS= read -r path; do ${curl} -o /dev/null ${args} "${site}$path" </dev/null; printf '\\036'; done`;
  const answers = await machine.succeed(script, paths.map((path) => `${path}\n`).join(""));
  return Object.fromEntries(
    paths.map((path, index) => [path, answers.split("\u001e")[index] ?? ""]),
  );
}

const target = "-w '%{http_code} %{redirect_url}'";

describe("redirects of a site", () => {
  before(async () => {
    await runForum();
    const { code, stderr } = await apply({ redirects });
    assert.equal(code, 0, stderr);
  });

  after(async () => {
    assert.equal((await apply({})).code, 0);
    rmSync(folder, { recursive: true });
  });

  test("each answers as it is written, for GET, HEAD and POST", async () => {
    const cases = {
      "/page?a=b": `301 ${site}/t/page/7`,
      "/page/": "404 ",
      "/kept?a=b&c=%20": "302 https://kept.lab.test/x?a=b&c=%20",
      "/old/t/1?a=b": "301 https://archive.lab.test/a/t/1?a=b",
      "/old/inner/5?a=b": `302 ${site}/t/5`,
      "/showthread.php?t=1": `301 ${site}/t/topic-1/90000`,
      "/showthread.php?x=y&T=5000&page=2": `301 ${site}/t/topic-5000/94999`,
      "/showthread.php?t=5001": "404 ",
      "/showthread.php": "404 ",
      "/showthread.php?postid=DEFAULT": `301 ${site}/t/the-default/1`,
      "/showthread.php?postID=include": `301 ${site}/t/the-include/2`,
      "/showthread.php?postID=board%20rules": "301 https://rules.lab.test/a?b=c#d",
      [`/showthread.php?t=nobody&postID=${"k".repeat(200)}`]: `301 ${site}/t/long/3`,
      "/index.php?thread/4117-icinga2-api-mit-zertifikaten/&postID=251902": `301 ${site}/t/topic-4117/94116`,
      "/index.php?board/12-x/": "404 ",
      "/index.php?x=thread/12": "404 ",
      "/gone.php?postID=1": "410 ",
      "/site.php?postID=default": `302 ${site}/t/the-default/1`,
      "/other.php?postID=1": `302 ${site}/search`,
    };
    for (const method of ["GET", "HEAD", "POST"]) {
      const how = { GET: "", HEAD: "-I", POST: "-X POST -d x=1" }[method];
      assert.deepEqual(await askAll(Object.keys(cases), `${target} ${how ?? ""}`), cases, method);
    }
  });

  test("an unknown key may be the site's own to answer", async () => {
    assert.match(await ask("/site.php?postID=1"), /The application itself answers 404/);
  });

  test("what a visitor writes gets into no header and leads nowhere else", async () => {
    const forged = ["%0d%0aSet-Cookie:%20x=y", "%0aSet-Cookie:x=y", "%250d%250aSet-Cookie:x=y"];
    const places = [
      "/old/",
      "/old/inner/",
      "/page?",
      "/kept?",
      "/showthread.php?t=",
      "/index.php?thread/",
    ];
    const paths = places.flatMap((place) => forged.map((text) => place + text));
    for (const [path, headers] of Object.entries(await askAll(paths, "-D -"))) {
      assert.match(headers, /^HTTP/, path);
      assert.doesNotMatch(headers, /^set-cookie/im, path);
    }
    const elsewhere = {
      "/old//evil.test": "301 https://archive.lab.test/a/evil.test",
      "/old/%2f%2fevil.test": "301 https://archive.lab.test/a/evil.test",
      "/old/@evil.test": "301 https://archive.lab.test/a/@evil.test",
      "/old/../../evil.test": "400 ",
      "/old/x/../../page": `301 ${site}/t/page/7`,
      "/%6fld/a%23c": "301 https://archive.lab.test/a/a%23c",
      "/old/a%3fb=c": "404 ", // would begin a query
      "/old/a%20b%C3%A4": "301 https://archive.lab.test/a/a%20b%C3%A4",
      "/old/$host": "301 https://archive.lab.test/a/$host",
      "/showthread.php?t=$host": "404 ",
      "/showthread.php?t=https://evil.test/": "404 ",
      "/showthread.php?t=~.": "404 ",
    };
    assert.deepEqual(await askAll(Object.keys(elsewhere), target), elsewhere);
  });

  test("nginx has no warning, and gixy-ng finds nothing of ours", async () => {
    assert.equal(await machine.succeed("nginx -t 2>&1 | grep -c -e warn -e hash || true"), "0\n");
    const found = await judgeNginx(await machine.succeed("nginx -T 2>/dev/null"));
    const ours = found.filter(({ config }) => /platform|redirect|return|rewrite|map/.test(config));
    const told = ours.map(({ plugin, config }) => `${plugin}: ${config.trim().slice(0, 200)}`);
    assert.deepEqual(told, []);
  });
});
