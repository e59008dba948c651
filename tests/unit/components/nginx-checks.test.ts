import assert from "node:assert/strict";
import { test } from "node:test";
import { NginxOptions } from "../../../components/nginx/index.ts";
import { nginxChecks, nginxPlugin } from "../../../components/nginx/checks.ts";
import { promiseChecks } from "../../../components/nginx/promises.ts";
import { certificateFiles, type Site } from "../../../components/host/index.ts";
import { exampleHost } from "../../support/host.ts";

const site: Site = {
  ...{ name: "forum", hostname: "forum.example.org", upstream: "unix:/run/app.sock" },
  ...{ maxBodyBytes: 1024, streaming: [] },
  offline: { language: "en", title: "Back soon", message: "One moment." },
};
const certificate = { files: certificateFiles("forum") };

/** The checks of what is promised for the site: names, places, what they need, and the words after those of all. */
function promised(options: object, more: Partial<Site> = {}, trusted = false) {
  const about = { options: NginxOptions.parse(options), certificate: { ...certificate, trusted } };
  return promiseChecks("web-nginx", exampleHost(), { ...site, ...more }, about).map(
    ({ name, from, needs, command }) => {
      assert.equal(command.slice(0, 7).join(" "), "check_http -t 10 -w 2 -c 5");
      return [name, from, needs, ...command.slice(7)];
    },
  );
}

const outside = ["outside", "site-forum-outside", "-H"];
const https = [
  ...["https-forum", ...outside, "forum.example.org"],
  ...["-e", " 301 ", "-d", "Location: https://forum.example.org/"],
];

test("whoever comes by HTTP shall be led to HTTPS, and nothing else is promised without a word", () => {
  assert.deepEqual(promised({}), [https]);
});

test("HSTS is looked for where it is sent, with its words", () => {
  const hsts = (value: string) => [
    ...["hsts-forum", ...outside, "forum.example.org", "-S", "--sni", "-e", "HTTP/1.1 "],
    ...["-d", `Strict-Transport-Security: ${value}`],
  ];
  assert.deepEqual(promised({}, {}, true), [https, hsts("max-age=63072000")]);
  assert.deepEqual(promised({ hsts: "off" }, {}, true), [https]);
  const chosen = { maxAgeDays: 400, includeSubDomains: true, preload: true };
  assert.deepEqual(promised({ hsts: chosen }), [
    https,
    hsts("max-age=34560000; includeSubDomains; preload"),
  ]);
});

test("the first redirect of the site by a path is followed, from where a closed site lets through", () => {
  const redirected = (from: string, status: string, to: string) => [
    ...["redirect-forum", "inside", "nginx", "-H", "forum.example.org", "-I", "127.0.0.1"],
    ...["-S", "--sni", "-u", from, "-e", ` ${status} `, "-d", `Location: ${to}`],
  ];
  const { hostname } = site;
  const other = { hostname: "other.example.org", from: "/x", to: "/y" };
  const query = {
    ...{ kind: "query", hostname, from: "/showthread.php" },
    maps: [{ parameter: "t", csv: "tests/fixtures/none.csv" }],
  };
  const page = { hostname, from: "/wiki", to: "https://wiki.example.org/?x=1", status: 302 };
  const tree = { hostname, from: "/old/", to: "/c/" };
  assert.deepEqual(promised({ redirects: [other, query] }), [https]);
  assert.deepEqual(promised({ redirects: [other, query, page, tree] }), [
    https,
    redirected("/wiki", "302", "https://wiki.example.org/?x=1"),
  ]);
  assert.deepEqual(promised({ redirects: [tree, page] }), [
    https,
    redirected("/old/", "301", "https://forum.example.org/c/"),
  ]);
});

test("the first other name that is one shall lead to the site", () => {
  assert.deepEqual(promised({}, { aliases: ["*.example.org"] }), [https]);
  assert.deepEqual(promised({}, { aliases: ["*.example.org", "www.example.org", "a.org"] }), [
    https,
    [
      ...["alias-forum", ...outside, "www.example.org", "-S", "--sni", "-e", " 301 "],
      ...["-d", "Location: https://forum.example.org/"],
    ],
  ]);
});

test("nginx is asked for its connections by a program of the platform's own, while it answers", () => {
  const [first, connections, ...more] = nginxChecks("web-nginx", exampleHost());
  assert.deepEqual([first?.name, more], ["nginx", []]);
  const { path, mode } = nginxPlugin();
  assert.deepEqual([path, mode], ["/usr/local/lib/platform/check-nginx", "0755"]);
  assert.equal(connections?.needs, "nginx");
  assert.equal(connections.command.join(" "), `${path} --timeout 5 -w 70 -c 90`);
});
