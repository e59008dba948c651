import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Site } from "../../components/host/index.ts";
import { Nginx, NginxOptions } from "../../components/nginx/index.ts";
import { deploy } from "../support/deploy.ts";
import { certificate, hostname, pems, tlsOutputs } from "../support/forum.ts";
import { gitlabMachine } from "../support/gitlab.ts";
import { exampleHost } from "../support/host.ts";
import { applyOn, inOrder, runOn } from "../support/scripts.ts";

const { machine, image } = await gitlabMachine("gitlab-passing");

const site: Site = {
  ...{ name: "forum", hostname, upstream: "127.0.0.1:12999" },
  ...{ maxBodyBytes: "unlimited", streaming: [], passing: { answerSeconds: 3600 } },
  offline: { language: "en", title: "Back soon", message: "One moment." },
};

/** An application that tells how a request reached it: how many bytes, in how many seconds; or becomes a WebSocket. */
const application = `
require "socket"
server = TCPServer.new("0.0.0.0", 12_999)
loop do
  Thread.new(server.accept) do |client|
    head = +""
    head << client.gets until head.end_with?("\\r\\n\\r\\n")
    if head =~ /^Upgrade: websocket\\r$/i && head =~ /^Connection: upgrade\\r$/i
      client.write("HTTP/1.1 101 Switching Protocols\\r\\nConnection: upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\nhello")
    else
      count, first = 0, nil
      if head =~ /^Transfer-Encoding: chunked\\r$/i
        while (size = client.gets.to_i(16)).positive?
          first ||= Time.now
          count += client.read(size + 2).size - 2
        end
        client.gets
      elsif (size = head[/^Content-Length: (\\d+)/i, 1].to_i).positive?
        first = Time.now
        count = client.read(size).size
      end
      body = "#{count} bytes in #{first ? (Time.now - first).floor : 0} s\\n"
      client.write("HTTP/1.1 200 OK\\r\\nContent-Length: #{body.size}\\r\\nConnection: close\\r\\n\\r\\n#{body}")
    end
    client.close
  end
end`;

/** Registers the site and its certificate. */
const proxy = () => {
  const host = exampleHost();
  certificate(host);
  new Nginx("proxy", { host, sites: [site], options: NginxOptions.parse({}) });
};

const curl = `curl -sS --http1.1 --max-time 30 --cacert /run/ca.pem --resolve ${hostname}:443:127.0.0.1`;
const url = `https://${hostname}/`;

describe("a site through which all passes as it comes", () => {
  before(async () => {
    await machine.succeed("cat >/run/ca.pem", pems.authority);
    await machine.succeed("cat >/run/application.rb", application);
    await machine.succeed(
      "docker rm -f application 2>/dev/null; docker run -d --name application -p 127.0.0.1:12999:12999 " +
        `-v /run/application.rb:/application.rb:ro ${image.name} ruby /application.rb`,
    );
    const { results } = await applyOn(machine, proxy, tlsOutputs);
    for (const { name, code, stderr } of results) assert.equal(code, 0, `${name}: ${stderr}`);
    await machine.waitUntilSucceeds(`${curl} ${url} | grep bytes`);
  });
  after(async () => {
    await machine.succeed("docker rm -f application");
    const { resources } = await deploy(proxy, false, tlsOutputs);
    for (const one of inOrder(resources).toReversed())
      assert.equal((await runOn(machine, one, "delete")).code, 0, one.name);
  });

  test("an upload reaches the application while it is still sent", async () => {
    const parts = "head -c 100000 /dev/zero; sleep 4; head -c 100000 /dev/zero";
    const said = await machine.succeed(`(${parts}) | ${curl} -T - -H 'Expect:' ${url}`);
    const [, count, seconds] = /^(\d+) bytes in (\d+) s\n$/.exec(said) ?? assert.fail(said);
    assert.equal(count, "200000");
    assert.ok(Number(seconds) >= 3, said);
  });

  test("a body may have any size, and none of it is written to a disk on the way", async () => {
    const size = 40 * 1024 * 1024;
    await machine.succeed(`head -c ${size} /dev/zero >/var/tmp/body`);
    const said = await machine.succeed(`${curl} -H 'Expect:' --data-binary @/var/tmp/body ${url}`);
    assert.match(said, new RegExp(`^${size} bytes in \\d+ s\\n$`));
    const warned = await machine.run(
      "grep -c 'buffered to a temporary file' /var/log/nginx/error.log",
    );
    assert.equal(warned.stdout.trim(), "0");
  });

  test("a connection becomes a WebSocket where both sides want it, and only there", async () => {
    const upgrade = "-H 'Connection: Upgrade' -H 'Upgrade: websocket'";
    const said = await machine.succeed(`${curl} -i ${upgrade} ${url}`);
    assert.match(said, /^HTTP\/1\.1 101 Switching Protocols\r\n[^]*\r\n\r\nhello$/);
    assert.match(await machine.succeed(`${curl} -i ${url}`), /^HTTP\/1\.1 200 OK\r\n/);
  });
});
