import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { block, directive, expression, render } from "../../formats/nginx.ts";
import { hostname as name } from "../support/forum.ts";
import { apply, machine, redirects, runForum, status } from "../support/proxy.ts";

test("a proxy goes up for the faults to come", async () => {
  await runForum();
  const { code, stderr } = await apply({ redirects });
  assert.equal(code, 0, stderr);
});

/** Asks the site again and again for some seconds; gives how often it answered what. */
async function watch(more = ""): Promise<string> {
  const ask = `curl -s -o /dev/null -w '%{http_code}\\n' ${more} --cacert /run/ca.pem`;
  const at = `--resolve ${name}:443:127.0.0.1 https://${name}/`;
  const { stdout } = await machine.run(
    `for i in $(seq 40); do ${ask} ${at}; sleep 0.05; done | sort | uniq -c`,
  );
  return stdout.trim();
}

test("a directive that nginx does not know is refused and visitors notice nothing", async () => {
  const watched = watch();
  const refused = await apply({ redirects, settings: { no_such_directive: "on" } });
  assert.equal(refused.name, "proxy-files");
  assert.match(refused.stderr, /unknown directive "no_such_directive"/);
  assert.match(
    refused.stderr,
    /forum: proxy-files: the new files were refused \(see above\) and nothing was changed/,
  );
  assert.equal(await watched, "40 200");
});

test("visitors notice nothing of a change that nginx takes", async () => {
  // At a reload nginx closes connections that have not asked yet; browsers ask again, and so does this curl.
  const watched = watch("--retry 2 --retry-delay 0 --retry-all-errors");
  const accepted = await apply({ redirects, settings: { keepalive_timeout: "65s" } });
  assert.equal(accepted.code, 0, accepted.stderr);
  assert.equal(await watched, "40 200");
});

/** Holds a port of the machine while `work` goes on. */
async function withPortTaken(port: number, work: () => Promise<void>): Promise<void> {
  const holder = machine.run(
    `timeout 60 openssl s_server -accept ${port} -nocert -quiet </dev/zero`,
  );
  await machine.waitUntilSucceeds(`ss -ltn | grep -q ':${port} '`);
  await work();
  await machine.succeed("pkill -x openssl");
  await holder;
}

test("a reload that nginx refuses in silence is noticed, since the site itself is asked", async () => {
  // `nginx -t` does not mind a port that is taken, and a reload then keeps the old configuration.
  await machine.succeed("echo 'server { listen 8444; }' >/etc/nginx/conf.d/other.conf");
  await withPortTaken(8444, async () => {
    const { code, stderr } = await apply({ redirects, settings: { keepalive_timeout: "64s" } });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /https:\/\/forum\.lab\.test\/ on the machine itself answers: [0-9a-f]{16}\n/,
    );
    assert.match(stderr, /proxy-files: the service did not answer as it should with the new files/);
    assert.equal(await status("/"), "200");
  });
  await machine.fail("grep -r 64s /etc/nginx/sites-enabled");
  await machine.succeed("rm /etc/nginx/conf.d/other.conf");
  assert.equal((await apply({ redirects })).code, 0);
});

test("a proxy that cannot start says why", async () => {
  await machine.succeed("systemctl stop nginx");
  await withPortTaken(443, async () => {
    const { name: failed, stderr } = await apply({ redirects });
    assert.equal(failed, "proxy-unit");
    assert.match(stderr, /:443 failed \(98: Address already in use\)/);
    assert.match(stderr, /forum: nginx\.service did not start or did not answer within a minute/);
  });
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
