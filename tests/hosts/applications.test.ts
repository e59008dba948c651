import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { hostname, setMode } from "../support/forum.ts";
import { apply, ask, image, machine, runForum, status } from "../support/proxy.ts";
import { judgeNginx } from "../support/scanners.ts";

const applications = [
  { kind: "upstream", hostname, path: "/kept/", to: "unix:/srv/wiki/nginx.http.sock" },
  {
    kind: "upstream",
    hostname,
    path: "/wiki/",
    to: "http://127.0.0.1:8081",
    prefix: "strip",
    uploadLimit: "64 KiB",
    streaming: true,
    answerSeconds: 1,
  },
  { kind: "upstream", hostname, path: "/wiki/dead/", to: "http://127.0.0.1:8089" },
  { kind: "archive", hostname, path: "/board/", directory: "/srv/board" },
];

/** Tells the second application how to break. */
const setWiki = (mode: string) =>
  machine.succeed(`echo ${mode} > /srv/wiki/standin-mode; sleep 0.6`);

describe("further applications of a site", () => {
  before(async () => {
    await runForum();
    const run =
      "mkdir -p /srv/wiki/log /srv/board/img && docker rm -f wiki; docker run -d --name wiki -v /srv/wiki:/shared " +
      `-v /srv/wiki/log:/var/log -e STANDIN_BOOT_SECONDS=0 ${image.name} /sbin/boot && ` +
      "systemd-run --unit=wiki --socket-property=ListenStream=127.0.0.1:8081 " +
      "/lib/systemd/systemd-socket-proxyd /srv/wiki/nginx.http.sock";
    await machine.succeed(run);
    await machine.succeed(
      "cd /srv/board && echo '<h1>The old board</h1>' > index.html && echo thread > 'showthread.php?t=1.html' && " +
        "echo '<?php $password' > config.php && echo x > .htpasswd && echo x > dump.sql.gz && ln -sf /etc/passwd link.html && " +
        "echo x > img/a.png",
    );
    const { code, stderr } = await apply({ applications, hsts: {} });
    assert.equal(code, 0, stderr);
  });

  after(async () => {
    assert.equal((await apply({})).code, 0);
    await machine.succeed(
      "docker rm -f wiki; systemctl stop wiki.socket; rm -rf /srv/wiki /srv/board",
    );
  });

  test("each answers below its path, with it in front or without", async () => {
    assert.equal(
      await ask("/kept/standin/status/418"),
      "<h1>The application itself answers 404.</h1>\n",
    );
    assert.equal(
      await ask("/wiki/standin/status/418"),
      "<h1>The application itself answers 418.</h1>\n",
    );
    assert.match(await ask("/wiki/"), /discourse-standin/);
    const slash = await ask("/wiki?a=b", "-o /dev/null -w '%{http_code} %{redirect_url}'");
    assert.equal(slash, `301 https://${hostname}/wiki/?a=b`);
    assert.equal(await status("/wikis"), "404");
  });

  test("they get the true address, whatever a client sends", async () => {
    const forged =
      "-H 'X-Real-IP: 203.0.113.77' -H 'X-Forwarded-For: 203.0.113.77' -H 'X-Forwarded-Proto: http'";
    const told = JSON.parse(await ask("/wiki/standin/headers", forged)) as Record<string, string>;
    assert.deepEqual(
      ["host", "x-real-ip", "x-forwarded-for", "x-forwarded-proto"].map((name) => told[name]),
      [hostname, "127.0.0.1", "127.0.0.1", "https"],
    );
  });

  test("each has its own limit of a request, and streams if it is to", async () => {
    const upload = (path: string, bytes: number) =>
      machine.succeed(
        `head -c ${bytes} /dev/zero | curl -s --cacert /run/ca.pem --resolve ${hostname}:443:127.0.0.1 ` +
          `--data-binary @- -H 'Expect:' -o /dev/null -w '%{http_code}' https://${hostname}${path}`,
      );
    assert.equal(await upload("/wiki/uploads.json", 65_536), "200");
    assert.equal(await upload("/wiki/uploads.json", 65_537), "413");
    assert.equal(await upload("/uploads.json", 65_537), "200");
    const first = `timeout 3 curl -sN --cacert /run/ca.pem --resolve ${hostname}:443:127.0.0.1 https://${hostname}/wiki/message-bus/x/poll`;
    assert.match((await machine.run(first)).stdout, /^\[\]/);
  });

  test("one that is away has the offline page for every method, and the forum goes on", async () => {
    const methods = ["", "-I", "-X POST -d x=1", "-X PUT -d x=1", "-X DELETE"];
    const isOffline = async (path: string, what: string) => {
      for (const method of methods) {
        const answer = await ask(path, `-D - -o /dev/null ${method}`);
        assert.match(answer, /^HTTP\/2 503/, `${what} ${method}`);
        assert.match(answer, /^retry-after: 30\r$/m, what);
        assert.match(answer, /^strict-transport-security: max-age=63072000\r$/m, what);
      }
      assert.equal(await status("/"), "200", what);
    };
    await isOffline("/wiki/dead/x", "dead port");
    for (const mode of ["app-down", "hang", "no-socket", "stale-socket"]) {
      await setWiki(mode);
      await isOffline("/wiki/x", mode);
    }
    await isOffline("/kept/x", "stale socket");
    await setWiki("ok");
    assert.equal(await status("/wiki/"), "200");
    await setMode(machine, "no-socket");
    assert.equal(await status("/wiki/"), "200");
    await setMode(machine, "ok");
  });

  test("errors of their own reach their users", async () => {
    for (const code of [400, 404, 429, 500, 503]) {
      const answer = await ask(`/wiki/standin/status/${code}`, "-w '%{http_code}'");
      assert.equal(answer, `<h1>The application itself answers ${code}.</h1>\n${code}`);
    }
  });

  test("an archive is read, and neither written nor left", async () => {
    assert.equal(await ask("/board/"), "<h1>The old board</h1>\n");
    assert.equal(await ask("/board/showthread.php%3Ft=1.html"), "thread\n");
    assert.equal(await status("/board"), "301");
    for (const hidden of ["config.php", ".htpasswd", "dump.sql.gz", "CONFIG.PHP", "none.html"]) {
      assert.equal(await status(`/board/${hidden}`), "404", hidden);
    }
    assert.equal(await status("/board/link.html"), "403");
    assert.equal(await status("/board/img/"), "403"); // no list of what is there
    for (const method of ["-X POST -d x=1", "-X PUT -d x=1", "-X DELETE"]) {
      assert.equal(await status("/board/index.html", method), "405", method);
    }
    assert.equal(await status("/board../etc/passwd", "--path-as-is"), "404");
    const headers = await ask("/board/", "-I");
    assert.match(
      headers,
      /^content-security-policy: script-src 'none';.* sandbox allow-popups\r$/m,
    );
    assert.match(headers, /^strict-transport-security: max-age=63072000\r$/m);
  });

  test("nginx has no warning, and gixy-ng finds nothing of ours", async () => {
    assert.equal(await machine.succeed("nginx -t 2>&1 | grep -c warn || true"), "0\n");
    const found = await judgeNginx(await machine.succeed("nginx -T 2>/dev/null"));
    const ours = found.filter(({ config }) => /platform|proxy_|alias|location/.test(config));
    // To take a prefix away, nginx decodes the path; docs/proxy.md says so. Of no other location is this said.
    const told = ours.map(({ plugin, config }) => [plugin, /location \^~ \S+/.exec(config)?.[0]]);
    assert.deepEqual(told, [["proxy_pass_normalized", "location ^~ /wiki/"]]);
  });
});
