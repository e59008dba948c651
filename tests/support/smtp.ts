import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestMachine } from "./machine.ts";
import { makePems } from "./pem.ts";

/** Where the sink keeps its mails on a machine. */
const folder = "/srv/smtp-sink";

/** The name by which the relay is known on the machine. */
export const relay = "smtp.lab.test";

/** A relay on a machine, as tests use it. */
export interface Sink {
  /** Makes it break in a certain way, or be well again: `""`. */
  setMode(mode: string): Promise<void>;
  /** The mails that came since the last time, each with its envelope before it. */
  taken(): Promise<string>;
}

/** Puts the lab's SMTP sink on a machine, which knows it by name and trusts its authority; with one login, `user:password`. */
export async function smtpSink(machine: TestMachine, login: string): Promise<Sink> {
  const pems = makePems(relay);
  const put = (path: string, text: string) => machine.succeed(`cat >${path}`, text);
  await machine.succeed(
    "{ apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends python3-aiosmtpd; } " +
      `>/dev/null 2>&1; mkdir -p ${folder}; grep -q ${relay} /etc/hosts || echo 127.0.0.1 ${relay} >>/etc/hosts`,
  );
  await put(`${folder}/cert.pem`, pems.certificate);
  await put(`${folder}/key.pem`, pems.key);
  await put(`${folder}/login`, login);
  await put("/usr/local/share/ca-certificates/smtp-sink.crt", pems.authority);
  await put(
    `${folder}/sink.py`,
    readFileSync(join(import.meta.dirname, "../../lab/smtp-sink/sink.py"), "utf8"),
  );
  await machine.succeed(
    "update-ca-certificates >/dev/null 2>&1; systemctl stop smtp-sink 2>/dev/null; systemd-run --quiet --collect --unit=smtp-sink " +
      `python3 ${folder}/sink.py ${folder} ${folder}/cert.pem ${folder}/key.pem`,
  );
  await machine.waitUntilSucceeds(
    "ss -Hltn 'sport = :587' | grep -q . && ss -Hltn 'sport = :465' | grep -q .",
  );
  return {
    setMode: async (mode) => {
      await machine.succeed(`printf %s '${mode}' >${folder}/mode`);
    },
    taken: () => machine.succeed(`cd ${folder}; cat *.eml 2>/dev/null | tr -d '\\r'; rm -f *.eml`),
  };
}
