import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { block, directive, expression, render } from "../../formats/nginx.ts";
import { Nginx, NginxOptions } from "../../components/nginx/index.ts";
import * as forum from "../support/forum.ts";
import { exampleHost } from "../support/host.ts";
import { applyOn, laws } from "../support/scripts.ts";

const { machine, image } = await forum.forumMachine();
const name = forum.hostname;

/** The forum's certificate and proxy. */
const proxy =
  (options: object = {}) =>
  () => {
    const host = exampleHost();
    forum.certificate(host);
    new Nginx("proxy", { host, sites: [forum.site(image)], options: NginxOptions.parse(options) });
  };

const redirects = [
  { hostname: name, from: "/old-forum/", to: "https://archive.lab.test/a/" },
  { hostname: name, from: "/wiki", to: "https://wiki.lab.test/?x=1", status: 302 },
];

async function apply(options: object = {}) {
  const { results } = await applyOn(machine, proxy(options), forum.tlsOutputs);
  return results.at(-1) ?? assert.fail("nothing was run");
}

/** What curl on the machine prints for a path of the site, with the given arguments before it. */
function ask(path: string, args = "", port = 443): Promise<string> {
  const scheme = port === 443 ? "https" : "http";
  const pins = ["127.0.0.1", "[::1]"]
    .map((at) => `--resolve ${name}:${port}:${at}`)
    .at(args.includes("-6") ? 1 : 0);
  return machine.succeed(
    `curl -sS --max-time 20 --cacert /run/ca.pem ${pins ?? ""} ${args} '${scheme}://${name}${path}'`,
  );
}

const status = (path: string, args = "", port = 443) =>
  ask(path, `-o /dev/null -w '%{http_code}' ${args}`, port);

test("a proxy obeys the laws and gives Debian's default site back", async () => {
  await machine.succeed("cat > /run/ca.pem", forum.pems.authority);
  await forum.runStandin(machine, image.name, "STANDIN_BOOT_SECONDS=0");
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

test("a directive that nginx does not know is refused and visitors notice nothing", async () => {
  const watch = machine.run(
    `for i in $(seq 60); do curl -s -o /dev/null -w '%{http_code}\\n' --cacert /run/ca.pem --resolve ${name}:443:127.0.0.1 https://${name}/; sleep 0.05; done | sort | uniq -c`,
  );
  const refused = await apply({ redirects, settings: { no_such_directive: "on" } });
  assert.equal(refused.name, "proxy-files");
  assert.match(refused.stderr, /unknown directive "no_such_directive"/);
  assert.match(
    refused.stderr,
    /forum: proxy-files: the new files were refused \(see above\) and nothing was changed/,
  );
  const accepted = await apply({ redirects, settings: { keepalive_timeout: "65s" } });
  assert.equal(accepted.code, 0, accepted.stderr);
  assert.equal((await watch).stdout.trim(), "60 200");
});

test("a proxy that cannot take its port is put back, since the site itself is asked", async () => {
  await machine.succeed("systemctl stop nginx; mkdir -p /run/www");
  const squatter = machine.run(
    "timeout 20 openssl s_server -accept 443 -nocert -cipher ALL:@SECLEVEL=0 -quiet </dev/zero",
  );
  await machine.waitUntilSucceeds("ss -ltn | grep -q ':443 '");
  const { code, stderr } = await apply({ redirects, settings: { keepalive_timeout: "64s" } });
  assert.notEqual(code, 0);
  assert.match(
    stderr,
    /proxy-files: the new files could not be made active|did not answer as it should/,
  );
  await machine.succeed("pkill -x openssl");
  await squatter;
  const last = await apply({ redirects });
  assert.equal(last.code, 0, last.stderr);
  assert.equal(await status("/"), "200");
});

test("any text comes back unchanged from real nginx", async () => {
  const texts = fc
    .sample(fc.string({ unit: "grapheme", maxLength: 30 }), 150)
    .map((text) => text.replaceAll(/[\0$]/g, "_"));
  const all = [...texts, "\\", '"', "'", "a\\\\b", "\\n", "a;b}", "#x", "{", " ", "a\nb", "é\t"];
  const server = block(
    "server",
    [],
    [
      directive("listen", "127.0.0.1:8099"),
      ...all.map((text, index) =>
        block("location", ["=", `/${index}`], [directive("return", 200, text)]),
      ),
      block(
        "location",
        ["=", "/variable"],
        [directive("return", 200, expression('$request_method \\ "x"'))],
      ),
    ],
  );
  await machine.succeed(
    "cat > /etc/nginx/conf.d/quoting.conf && systemctl reload nginx",
    render([server]),
  );
  await machine.waitUntilSucceeds("curl -sf http://127.0.0.1:8099/variable");
  const answers = await machine.succeed(
    `for i in $(seq 0 ${all.length - 1}); do curl -s http://127.0.0.1:8099/$i; printf '\\0'; done`,
  );
  assert.deepEqual(answers.split("\0").slice(0, -1), all);
  assert.equal(await machine.succeed("curl -s http://127.0.0.1:8099/variable"), 'GET \\ "x"');
  await machine.succeed("rm /etc/nginx/conf.d/quoting.conf && systemctl reload nginx");
});
