import assert from "node:assert/strict";
import { test } from "node:test";
import * as forum from "../support/forum.ts";
import {
  apply,
  ask,
  machine,
  proxy,
  redirects,
  remove,
  runForum,
  status,
} from "../support/proxy.ts";
import { run } from "../../lab/process.ts";
import { laws } from "../support/laws.ts";

const name = forum.hostname;

test("a proxy obeys the laws and gives Debian's default site back", async () => {
  await remove();
  await runForum();
  await laws(machine, proxy({ redirects }), () => Promise.resolve(), forum.tlsOutputs);
  const last = await apply({ redirects });
  assert.equal(last.code, 0, last.stderr);
});

test("the page comes through TLS by its name, over IPv4 and IPv6, and from HTTP by 301", async () => {
  for (const family of ["-4", "-6"]) {
    assert.match(await ask("/", family), /discourse-standin/);
    assert.equal(
      await ask("/t/1?page=2", `${family} -o /dev/null -w '%{http_code} %{redirect_url}'`, 80),
      `301 https://${name}/t/1?page=2`,
    );
  }
  assert.equal(await ask("/", "-o /dev/null -w '%{http_version} %{ssl_verify_result}'"), "2 0");
});

test("TLS is 1.2 and 1.3 with the guideline's suites and groups, and nothing older", async () => {
  const connect = (args: string) =>
    machine.run(
      `openssl s_client -connect 127.0.0.1:443 -servername ${name} ${args} </dev/null 2>&1`,
    );
  assert.match((await connect("-tls1_3")).stdout, /TLSv1\.3, Cipher is TLS_AES_256_GCM_SHA384/);
  assert.match((await connect("-tls1_2")).stdout, /TLSv1\.2, Cipher is ECDHE-ECDSA-/);
  assert.match(
    (await connect("-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA")).stdout,
    /handshake failure/,
  );
  assert.match(
    (await connect("-tls1_1 -cipher DEFAULT@SECLEVEL=0")).stdout,
    /alert protocol version/,
  );
  assert.match((await connect("-groups X25519")).stdout, /Server Temp Key: X25519/);
  assert.match((await connect("-groups X448")).stdout, /handshake failure/);
});

test("a name that nobody serves is refused, by TLS and by Host", async () => {
  const stranger = await machine.run(
    "curl -sk --resolve x.lab.test:443:127.0.0.1 https://x.lab.test/",
  );
  assert.equal(stranger.code, 35); // the handshake is refused
  assert.equal(await status("/", "-H 'Host: x.lab.test'"), "421");
  assert.equal(
    await machine.succeed("curl -s -o /dev/null -w '%{http_code}' -H 'Host: x' http://127.0.0.1/"),
    "421",
  );
});

test("the application gets the true address and scheme, whatever a client sends", async () => {
  const forged =
    "-H 'X-Real-IP: 203.0.113.77' -H 'X-Forwarded-For: 203.0.113.77' -H 'X-Forwarded-Proto: http'";
  const headers = JSON.parse(await ask("/standin/headers", forged)) as Record<string, string>;
  assert.deepEqual(
    [
      headers["host"],
      headers["x-real-ip"],
      headers["x-forwarded-for"],
      headers["x-forwarded-proto"],
    ],
    [name, "127.0.0.1", "127.0.0.1", "https"],
  );
  assert.equal(headers["connection"], undefined);
});

test("an upload passes up to the limit and not a byte beyond", async () => {
  const limit = 10 * 1024 ** 2;
  for (const [bytes, expected] of [
    [limit - 1, "200"],
    [limit, "200"],
    [limit + 1, "413"],
  ] as const) {
    const upload = `head -c ${bytes} /dev/zero | curl -s --max-time 30 --cacert /run/ca.pem --resolve ${name}:443:127.0.0.1 --data-binary @- -H 'Expect:' -o /dev/null -w '%{http_code}' https://${name}/uploads.json`;
    assert.equal((await machine.run(upload)).stdout, expected, `${bytes} bytes`);
  }
});

test("the message bus streams: its first chunk is there within a second", async () => {
  const first = `timeout 1 curl -sN --cacert /run/ca.pem --resolve ${name}:443:127.0.0.1 https://${name}/message-bus/x/poll`;
  assert.match((await machine.run(first)).stdout, /^\[\]/);
});

test("redirects lead to other applications and carry nothing else along", async () => {
  const target = (path: string) => ask(path, "-o /dev/null -w '%{http_code} %{redirect_url}'");
  assert.equal(
    await target("/old-forum/t/1?a=b%20c"),
    "301 https://archive.lab.test/a/t/1?a=b%20c",
  );
  assert.equal(await target("/wiki"), "302 https://wiki.lab.test/?x=1");
  assert.equal(await target("/wiki2"), "404 ");
  const injected = await ask("/old-forum/%0d%0aSet-Cookie:%20x=y", "-D - -o /dev/null");
  assert.doesNotMatch(injected, /^set-cookie/im);
});

test("the offline page answers in every broken mode, for GET and POST, and goes by itself", async () => {
  const isOffline = async (what: string) => {
    for (const method of ["GET", "POST -d x=1", "PUT -d x=1"]) {
      const answer = await ask("/t/1", `-D - -X ${method}`);
      assert.match(answer, /^HTTP\/2 503/, `${what} ${method}`);
      assert.match(answer, /^retry-after: 30\r$/m, what);
      assert.match(answer, /^cache-control: no-store\r$/m, what);
      assert.match(answer, /^content-type: text\/html/m, what);
      assert.match(answer, /<h1>The forum will be back in a moment<\/h1>/, what);
    }
    assert.match(await ask("/t/1", "-I"), /^HTTP\/2 503/, what);
  };
  for (const mode of ["app-down", "hang", "no-socket", "stale-socket"]) {
    await forum.setMode(machine, mode);
    await isOffline(mode);
  }
  await forum.setMode(machine, "ok");
  assert.equal(await status("/"), "200");
  await machine.succeed("docker stop app");
  await isOffline("stopped");
  await machine.succeed("docker start app");
  await machine.waitUntilSucceeds(
    `curl -sf --cacert /run/ca.pem --resolve ${name}:443:127.0.0.1 https://${name}/`,
  );
});

test("the application's own errors reach its users", async () => {
  for (const code of [400, 403, 404, 422, 429, 500, 503]) {
    const answer = await ask(`/standin/status/${code}`, "-w '%{http_code}'");
    assert.equal(answer, `<h1>The application itself answers ${code}.</h1>\n${code}`);
  }
});

test("nobody asks for the offline page or the configuration's id from elsewhere", async () => {
  assert.equal(await status("/.platform/offline.html"), "404");
  assert.equal(await status("/.platform/id", "-6"), "404");
  assert.match(await ask("/.platform/id"), /^[0-9a-f]{16}$/);
});

test("the machine itself is told of nginx's connections, and its plugin too; visitors are not", async () => {
  const [known, unknown] = [`-H 'Host: ${name}'`, "-H 'Host: x.lab.test'"];
  const asked = "-s -o /dev/null -w '%{http_code}'";
  const connections = (address: string) => `'http://${address}/.platform/connections'`;
  const answers = (args: string, address: string) =>
    machine.succeed(`curl ${asked} ${args} ${connections(address)}`);
  for (const address of ["127.0.0.1", "[::1]"]) {
    assert.deepEqual(
      [await answers(unknown, address), await answers(known, address)],
      ["200", "301"],
    );
  }
  assert.equal(await status("/.platform/connections"), "404"); // of the application
  const inner = (await machine.succeed("hostname -I")).split(" ")[0] ?? assert.fail();
  assert.equal(await answers(unknown, inner), "403");
  const outside = await run("curl", [
    "-s",
    "-i",
    `http://${machine.address}/.platform/connections`,
  ]);
  assert.match(outside.stdout, /^HTTP\/1\.1 403 /);
  assert.doesNotMatch(outside.stdout, /Active connections/);
  await machine.succeed("test -s /var/log/nginx/unnamed.log && ! grep -q platform/connections $_");
  const plugin = "/usr/local/lib/platform/check-nginx --timeout 5 -w 70 -c 90";
  assert.match(
    await machine.succeed(`runuser -u nobody -- ${plugin}`),
    /^NGINX OK: \d+ of \d+ connections are used \| used=\d%;70;90 active=\d+;;;0;\d+ writing=\d+ waiting=\d+ refused=0;0 requests=\d+c\n$/,
  );
});

test("modern takes TLS 1.3 alone, and browsers are told once to stay with HTTPS", async () => {
  const { code, stderr } = await apply({ redirects, profile: "modern", hsts: {} });
  assert.equal(code, 0, stderr);
  const connect = (args: string) =>
    machine.run(
      `openssl s_client -connect 127.0.0.1:443 -servername ${name} ${args} </dev/null 2>&1`,
    );
  assert.match((await connect("-tls1_3")).stdout, /TLSv1\.3, Cipher is TLS_AES_256_GCM_SHA384/);
  assert.match((await connect("-tls1_2")).stdout, /alert protocol version/);
  for (const path of ["/", "/standin/status/500", "/wiki"]) {
    const told = (await ask(path, "-D - -o /dev/null")).match(/^strict-transport-security:.*$/gim);
    assert.deepEqual(
      told?.map((line) => line.trim()),
      ["strict-transport-security: max-age=63072000"],
      path,
    );
  }
  assert.equal(await machine.succeed("nginx -t 2>&1 | grep -c warn || true"), "0\n");
  assert.equal((await apply({ redirects })).code, 0);
});
