import assert from "node:assert/strict";
import { directory, masterFiles } from "../components/icinga/master.ts";
import { certificates, nodePackages } from "../components/icinga/node.ts";
import { IcingaOptions } from "../components/icinga/index.ts";
import type { Machine } from "../lab/machines.ts";
import { sign } from "../tests/support/chain.ts";

/** Runs a command that must succeed; gives its output. */
export async function succeed(machine: Machine, command: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await machine.run(command, input);
  assert.equal(code, 0, `${command.slice(0, 200)}: ${stdout}${stderr}`);
  return stdout;
}

/** Puts Icinga on a machine as the platform does: its packages, its base and its certificates. */
export async function installMonitor(machine: Machine): Promise<void> {
  const options = IcingaOptions.parse({ host: machine.name, source: "debian" });
  const { packages } = nodePackages(options, "bookworm");
  await succeed(
    machine,
    "apt-get -qq update; DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends " +
      `${packages.join(" ")} >/dev/null 2>&1; install -d -o nagios -g nagios -m 0700 ${certificates}; mkdir -p ${directory}`,
  );
  const put = (path: string, content: string, owner = "root") =>
    succeed(machine, `cat >${path}; chmod 0640 ${path}; chown ${owner}:nagios ${path}`, content);
  for (const { path, content } of masterFiles(machine.name, [], options).files) {
    assert.ok(typeof content === "string");
    await put(path, content);
  }
  const authority = await sign({ subject: "Icinga CA", ca: true });
  await put(`${certificates}/ca.crt`, authority.pem, "nagios");
  const uses = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]; // server and client (RFC 5280, 4.2.1.12)
  for (const [at, subject] of [
    [`${certificates}/${machine.name}`, machine.name],
    [`${directory}/deploy`, "platform-deploy"],
  ] as const) {
    const { pem, key } = await sign({ subject, by: authority, names: [subject], uses });
    await put(`${at}.crt`, pem, "nagios");
    await put(`${at}.key`, key, "nagios");
  }
  await succeed(machine, "systemctl enable -q icinga2; systemctl restart icinga2");
}
