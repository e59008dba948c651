import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NginxOptions, routeFaults } from "../../../components/nginx/index.ts";
import {
  endless,
  follow,
  mostHops,
  type Routes,
} from "../../../components/nginx/routes/following.ts";
import { RedirectList } from "../../../components/nginx/routes/redirect-options.ts";
import { readTable } from "../../../components/nginx/routes/table.ts";
import { csvFile, table } from "../../support/tables.ts";

const hostname = "forum.example.org";
const site = { hostname, aliases: ["www.example.org"], own: ["/u/", "/latest"] };

function faultsOf(redirects: readonly object[], applications: readonly object[] = []): string[] {
  const all = (list: readonly object[]) => list.map((one) => ({ hostname, ...one }));
  const written = { redirects: all(redirects), applications: all(applications) };
  const { error } = NginxOptions.safeParse(written);
  if (error) return error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  return routeFaults(written, site).map(({ path, message }) => `${path} ${message}`);
}

test("a table's faults are told with their line, and a mark of its encoding is none", () => {
  const faults = (content: string | Uint8Array, numbers = false) =>
    readTable(csvFile(content), numbers).faults;
  const head = "key,target\n";
  assert.deepEqual(faults(`\uFEFF${head}1,/t/1\n\n"2","/t/2"\n`), []);
  assert.deepEqual(faults("target,note,key\r\n/t/1,x,1\r\n"), []);
  for (const [content, expected] of [
    ["", "has no entry: a line each below key,target"],
    [head, "has no entry: a line each below key,target"],
    ["id,target\n1,/a\n", "line 1: has no column key: the first line must be key,target"],
    ["1;/a\n", "line 1: has no column key and no column target: the first line must be key,target"],
    [
      `${head}1,/a\nB,/b\nb,/c\n`,
      "line 4: its key is that of line 3 (capitals do not count): take one of the two out",
    ],
    [
      Buffer.from(`${head}1,/a\n2,/b\xE4\n`, "latin1"),
      'line 3: is not UTF-8: save the table as "CSV UTF-8"',
    ],
  ] as const) {
    assert.deepEqual(faults(content), [expected]);
  }
  for (const target of [
    "",
    "a",
    "//evil.test/",
    "/a b",
    "/$host",
    "/a;b",
    "/a{",
    "javascript:x",
    "https://a:99999/",
  ]) {
    const wrong =
      "line 3: its target must be a path of the site such as /t/welcome/5, or an http(s) URL of plain characters";
    const [first, ...others] = faults(`${head}1,/a\n2,${target}\n`);
    assert.deepEqual([first, others], [wrong, []], target);
  }
  assert.match(faults(`${head}1,/a,/b\n`)[0] ?? "", /^line 2: is not CSV: /);
  assert.match(faults(`${head}~.*,/a\n`)[0] ?? "", /^line 2: its key must be 1 to 200 of /);
  assert.match(faults(`${head}x,/a\n`, true)[0] ?? "", /^line 2: its key must be a number/);
  const many = faults(head + Array.from({ length: 9 }, (_, n) => `${n},x\n`).join(""));
  assert.deepEqual([many.length, many.at(-1)], [6, "and 4 more"]);
  assert.deepEqual(readTable("redirects/none.csv").faults, [
    "is not there: a relative path starts at the folder of Pulumi.yaml",
  ]);
});

test("rules that could never answer, or take what belongs to another, are refused", () => {
  const to = "https://a.example.org/";
  const csv = table(["1,/a"]);
  const maps = [{ parameter: "t", csv }];
  const wiki = { kind: "archive", path: "/wiki/", directory: "/srv/wiki" };
  assert.match(
    faultsOf([{ from: "/a//b/", to }])[0] ?? "",
    /^redirects\.0\.from could never answer/,
  );
  assert.match(faultsOf([{ from: "/u/", to }])[0] ?? "", /^redirects\.0\.from is the site's own/);
  assert.match(
    faultsOf([{ from: "/wiki/old/", to }], [wiki])[0] ?? "",
    /^redirects\.0\.from belongs to the application at \/wiki\//,
  );
  assert.match(
    faultsOf([{ from: "/wiki", to: `${to}x` }], [wiki])[0] ?? "",
    /belongs to the application/,
  );
  assert.deepEqual(faultsOf([{ from: "/old/", to }], [{ ...wiki, path: "/old/wiki/" }]), []);
  assert.match(
    faultsOf([
      { from: "/a", to: "/b" },
      { kind: "query", from: "/a", maps },
    ])[0] ?? "",
    /one path to two places/,
  );
  assert.match(
    faultsOf([{ kind: "query", from: "/a", maps: [...maps, { parameter: "T", csv }] }])[0] ?? "",
    /one key twice/,
  );
  assert.match(faultsOf([], [wiki, wiki])[0] ?? "", /one path to two applications/);
  for (const directory of ["/", "/srv", "/etc/nginx", "/var/lib/x", "/srv/../etc", "srv/x"]) {
    assert.match(
      faultsOf([], [{ ...wiki, directory }])[0] ?? "",
      /^applications\.0\.directory must/,
      directory,
    );
  }
  for (const there of [
    "http://wiki.lab.test:80",
    "http://10.0.0.1:80",
    "https://127.0.0.1:1",
    "unix:x",
    "http://127.0.0.1:80/x",
  ]) {
    assert.match(
      faultsOf([], [{ kind: "upstream", path: "/w/", to: there }])[0] ?? "",
      /^applications\.0\.to must/,
      there,
    );
  }
});

test("redirects that never come to an end are refused with the way", () => {
  const at = `https://${hostname}`;
  const circle = (way: string) =>
    `never comes to an end, or not within ten steps: ${way}; lead one of them elsewhere`;
  assert.deepEqual(faultsOf([{ from: "/a", to: "http://www.example.org/a" }]), [
    `redirects.0 ${circle(`${at}/a -> http://www.example.org/a -> ${at}/a`)}`,
  ]);
  assert.deepEqual(
    faultsOf([
      { from: "/a/", to: "/b/" },
      { from: "/b/", to: `${at}/a/` },
    ]),
    [
      `redirects.0 ${circle(`${at}/a/ -> ${at}/b/ -> ${at}/a/`)}`,
      `redirects.1 ${circle(`${at}/b/ -> ${at}/a/ -> ${at}/b/`)}`,
    ],
  );
  assert.match(
    faultsOf([{ from: "/a/", to: "/a/b/" }])[0] ?? "",
    /^redirects\.0 never comes to an end/,
  );
  const maps = [{ parameter: "t", csv: table(["1,/t/1", "2,/x?t=2"]) }];
  const query = { kind: "query", from: "/show.php", maps };
  assert.match(
    faultsOf([query, { from: "/x", to: "/show.php", query: "keep" }])[0] ?? "",
    /show\.php\?t=2 -> .*\/x\?t=2 -> .*show\.php\?t=2;/,
  );
  assert.deepEqual(
    faultsOf([
      { from: "/board/", to: "/" },
      { from: "/x", to: "/board/t" },
    ]),
    [],
  );
});

const segments = fc.constantFrom("a", "b", "c", "a/b");
const tree = fc
  .array(segments, { minLength: 1, maxLength: 2 })
  .map((list) => `/${list.join("/")}/`);
const place = fc.oneof(tree, fc.constant("/"));
const rule = fc.oneof(
  fc.record({ from: tree, to: place, hostname: fc.constant(hostname) }),
  fc.record({
    from: tree.map((path) => path.slice(0, -1)),
    to: tree.map((path) => path.slice(0, -1)),
    hostname: fc.constant(hostname),
  }),
);

test("whoever follows redirects that were accepted comes to an end", () => {
  let accepted = 0;
  fc.assert(
    fc.property(
      fc.uniqueArray(rule, { minLength: 1, maxLength: 5, selector: ({ from }) => from }),
      fc.array(segments, { maxLength: 6 }),
      (rules, path) => {
        const redirects = RedirectList.parse(rules);
        const names = new Map([[hostname, hostname]]);
        const routes: Routes = { names, redirects, applications: [], tables: new Map() };
        if (endless(routes).length > 0) return;
        accepted += 1;
        const parts = path.join("/").split("/").length;
        const most = mostHops * (parts + 3);
        const way = follow(`https://${hostname}/${path.join("/")}/`, routes, most);
        assert.ok(way.length <= most + 1 && new Set(way).size === way.length, way.join(" -> "));
      },
    ),
    { numRuns: 300 },
  );
  assert.ok(accepted > 20, `${accepted} were accepted`);
});
