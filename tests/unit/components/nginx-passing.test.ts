import assert from "node:assert/strict";
import { test } from "node:test";
import { NginxOptions } from "../../../components/nginx/index.ts";
import { proxyFiles } from "../../../components/nginx/render.ts";
import type { Site } from "../../../components/host/index.ts";

const page = { language: "en", title: "Back soon", message: "One moment." };
const forum: Site = {
  ...{ name: "forum", hostname: "forum.example.org", upstream: "unix:/run/app.sock" },
  ...{ maxBodyBytes: 1024, streaming: [], offline: page },
};
const git: Site = {
  ...{ name: "git", hostname: "git.example.org", upstream: "127.0.0.1:12000" },
  ...{ maxBodyBytes: "unlimited", streaming: [], offline: page },
  passing: { answerSeconds: 3600 },
};

/** What is rendered for these sites: for all of them, and for each. */
function rendered(sites: readonly Site[], options: object = {}): Record<string, string> {
  const { files } = proxyFiles(sites, "bookworm", NginxOptions.parse(options));
  return Object.fromEntries(
    files.map(({ path, content }) => [path.replace(/^.*\/(?:\d+-)?|\.\w+$/g, ""), content]),
  );
}

test("a site through which all passes limits no body, keeps nothing back and lets connections become others", () => {
  const { platform = "", "platform-git": own = "" } = rendered([forum, git]);
  assert.match(
    platform,
    /^map \$http_upgrade \$platform_connection \{\n {2}~\. upgrade;\n {2}default "";\n\}$/m,
  );
  for (const line of [
    "client_max_body_size 0;",
    "proxy_set_header Connection $platform_connection;\n  proxy_set_header Upgrade $http_upgrade;",
    "proxy_request_buffering off;\n  proxy_buffering off;\n  proxy_send_timeout 3600s;",
    "proxy_read_timeout 3600s;",
  ])
    assert.ok(own.includes(`  ${line}\n`), line);
});

test("other sites of the machine stay as they are, and alone they need no map", () => {
  const { platform = "", "platform-forum": own } = rendered([forum]);
  assert.ok(!platform.includes("http_upgrade"));
  assert.ok(own?.includes('proxy_set_header Connection "";'));
  const without = (text: string | undefined) => text?.replace(/return 200 \w+;/, "");
  assert.equal(without(rendered([forum, git])["platform-forum"]), without(own));
});

test("how long the application may be silent is what the options say, where they say it", () => {
  const { "platform-git": own = "" } = rendered([git], { timeouts: { answerSeconds: 90 } });
  assert.match(own, /^ {2}proxy_read_timeout 90s;$/m);
  assert.equal(own.match(/proxy_read_timeout/g)?.length, 1);
});

test("a site that only leads elsewhere asks no application", () => {
  const site = { ...git, leadsTo: "code.example.org" };
  const { "platform-git": own = "" } = rendered([site]);
  assert.match(
    own,
    /^ {2}location \/ \{\n {4}return 301 "https:\/\/code\.example\.org\$request_uri";\n {2}\}$/m,
  );
  assert.ok(own.includes("/.platform/id") && !own.includes("proxy_pass"));
});
