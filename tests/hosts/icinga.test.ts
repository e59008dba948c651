import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deploy } from "../support/deploy.ts";
import { laws } from "../support/laws.ts";
import { testMachine } from "../support/machine.ts";
import { asked, identities, monitoring } from "../support/monitoring.ts";
import { applyOn, runOn } from "../support/scripts.ts";

const machine = await testMachine("monitor");
const certificates = await identities("monitor");

const api = (path: string) => asked("monitor", path);

/** Puts Icinga on the machine, with options that are otherwise; gives the last step. */
async function up(options: object = {}, more = certificates) {
  const { results } = await applyOn(machine, monitoring("monitor", options), more);
  return results.at(-1) ?? assert.fail("nothing was done");
}

describe("a monitoring machine", () => {
  test("obeys the laws, and gives Debian's own configuration back", async () => {
    await laws(machine, monitoring("monitor"), () => Promise.resolve(), certificates);
    const { code, stderr } = await up();
    assert.equal(code, 0, stderr);
  });

  test("its API knows the platform by a certificate, and allows it no more than it needs", async () => {
    const { results } = JSON.parse(await machine.succeed(api("/v1"))) as {
      results: { user: string; permissions: string[] }[];
    };
    assert.deepEqual(
      results.map(({ user, permissions }) => [user, permissions.toSorted()]),
      [
        [
          "platform-deploy",
          [
            "actions/process-check-result",
            "actions/remove-downtime",
            "actions/reschedule-check",
            "actions/schedule-downtime",
            "config/modify",
            "config/query",
            "objects/query/CheckCommand",
            "objects/query/Downtime",
            "objects/query/Endpoint",
            "objects/query/Host",
            "objects/query/Service",
            "status/query",
          ],
        ],
      ],
    );
    await machine.fail(api("/v1/variables/NodeName"));
    const stranger = api("/v1").replace(/--cert \S+ --key \S+/, "");
    assert.equal((await machine.fail(`${stranger} -o /dev/null`)).code, 22);
  });

  test("with a broken file of somebody else, a change is refused by its name, and the old one goes on", async () => {
    const broken = "/etc/icinga2/features-enabled/broken.conf";
    await machine.succeed(`echo 'object Host "x" { check_command = "none" }' >${broken}`);
    const { code, stderr } = await up({ log: "warning" });
    assert.equal(code, 1);
    assert.match(stderr, /Object 'none' of type 'CheckCommand' does not exist/);
    assert.match(stderr, /Location: in \/etc\/icinga2\/features-enabled\/broken\.conf: 1:18-1:39/);
    assert.match(stderr, /the new files were refused \(see above\) and nothing was changed/);
    await machine.succeed(
      `grep -q information /etc/icinga2/features-enabled/mainlog.conf; rm ${broken}`,
    );
    await machine.succeed(api("/v1/status/IcingaApplication"));
  });

  test("another address and new certificates are served when the run ends, and no longer the old ones", async () => {
    const [listen = ""] = (await machine.succeed("hostname -I")).split(" ");
    const renewed = await up({ listen }, await identities("monitor", { days: 300 }));
    assert.equal(renewed.code, 0, renewed.stderr);
    const end = `openssl s_client -connect ${listen}:5665 </dev/null 2>/dev/null | openssl x509 -noout -checkend`;
    await machine.succeed(`${end} ${250 * 86400}`);
    await machine.fail(api("/v1"));
    assert.equal((await up()).code, 0);
    await machine.fail(`${end.replace(listen, "127.0.0.1")} ${250 * 86400}`);
    assert.match(await machine.succeed("ss -Hltn sport = :5665"), /^LISTEN .* 127\.0\.0\.1:5665 /);
  });

  test("keeps all but its peers from the port, and leaves other rules as they are", async () => {
    const [listen = ""] = (await machine.succeed("hostname -I")).split(" ");
    // A stranger in a network of its own, with another address than the machine's.
    await machine.succeed(
      "set -e; ip netns add stranger; ip link add outer type veth peer name inner netns stranger; " +
        "ip addr add 10.99.0.1/24 dev outer; ip link set outer up; " +
        "ip -n stranger addr add 10.99.0.2/24 dev inner; ip -n stranger link set inner up; " +
        "ip -n stranger route add default via 10.99.0.1",
    );
    const knock = (from = "") => `${from} timeout 3 bash -c '</dev/tcp/${listen}/5665'`;
    const stranger = "ip netns exec stranger";
    try {
      assert.equal((await up({ listen })).code, 0);
      await machine.succeed(knock(stranger));
      const guarded = await up({ listen, peers: ["192.0.2.0/24"] });
      assert.equal(guarded.code, 0, guarded.stderr);
      await machine.succeed("nft add table inet other");
      assert.equal((await machine.fail(knock(stranger))).code, 124);
      await machine.succeed(knock());
      assert.equal((await up({ listen, peers: ["10.99.0.0/24", "2001:db8::7"] })).code, 0);
      await machine.succeed(knock(stranger));
      assert.equal((await up({ listen, peers: ["192.0.2.0/24"] })).code, 0);
      await machine.fail(knock(stranger));
      await machine.succeed("nft list tables | grep -qx 'table inet platform_icinga'");
      const { resource } = await deploy(monitoring("monitor", { peers: ["192.0.2.0/24"] }));
      for (const part of ["peers-unit", "peers"]) {
        assert.equal((await runOn(machine, resource(`icinga-${part}`), "delete")).code, 0);
      }
      await machine.succeed(knock(stranger));
      assert.equal(await machine.succeed("nft list tables"), "table inet other\n");
      await machine.succeed("nft delete table inet other");
      const packages = resource("icinga-peers-packages");
      assert.equal((await runOn(machine, packages, "delete")).code, 0);
    } finally {
      await machine.succeed("ip netns del stranger");
    }
    assert.equal((await up()).code, 0);
  });
});
