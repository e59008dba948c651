import { readFileSync } from "node:fs";
import { type IcingaObject, Macros } from "../../formats/icinga.ts";
import type { Argv } from "../../formats/shell.ts";
import type { ConfigFile } from "../host/index.ts";
import { masterZone } from "./master.ts";
import type { NotifyOptions } from "./notify-options.ts";

/** What tells people. */
const program = "/usr/local/lib/platform/notify";

/** Where the secrets of a way lie, which only Icinga itself reads, as words of curl. */
export const secrets = (way: Way["name"]) => `/etc/platform-icinga/${way}.conf`;

/** One way in which people are told. */
interface Way {
  readonly name: "mail" | "webhook";
  readonly command: Argv;
  readonly env: Readonly<Record<string, string>>;
}

function ways({ mail, webhook }: NotifyOptions): Way[] {
  const list: Way[] = [];
  if (mail) {
    const by = mail.relay ? [secrets("mail")] : [];
    const env = { NOTIFY_FROM: mail.from, NOTIFY_TO: mail.to.join(", ") };
    list.push({ name: "mail", command: [program, "mail", ...by], env });
  }
  if (webhook) {
    list.push({ name: "webhook", command: [program, "webhook", secrets("webhook")], env: {} });
  }
  return list;
}

/** What the program is told of a host or a service, in its environment: a command line would be seen by all. */
function environment(kind: "host" | "service"): Record<string, Macros> {
  const said = {
    ...{ NOTIFY_TYPE: "$notification.type$", NOTIFY_HOST: "$host.name$" },
    ...(kind === "service" ? { NOTIFY_SERVICE: "$service.name$" } : {}),
    ...{ NOTIFY_STATE: `$${kind}.state$`, NOTIFY_OUTPUT: `$${kind}.output$` },
    ...{ NOTIFY_RUNBOOK: `$${kind}.notes$` },
    ...{ NOTIFY_AUTHOR: "$notification.author$", NOTIFY_COMMENT: "$notification.comment$" },
  };
  return Object.fromEntries(Object.entries(said).map(([name, text]) => [name, new Macros(text)]));
}

/** How each of these is told to people, once when it is sure and once when it is over. Downtimes themselves tell nobody. */
export function notifications(
  options: NotifyOptions,
  about: readonly Extract<IcingaObject, { type: "Host" | "Service" }>[],
): IcingaObject[] {
  return ways(options).flatMap(({ name: way, command, env: own }) => {
    const origin = `monitoring.notify.${way}`;
    const user = `platform.${way}`;
    const commands = (["host", "service"] as const).map((kind): IcingaObject => {
      const attributes = { command, env: { ...own, ...environment(kind) }, timeout: 120 };
      return {
        type: "NotificationCommand",
        name: `platform.notify.${way}.${kind}`,
        origin,
        attributes,
      };
    });
    return [
      ...commands,
      { type: "User", name: user, origin, attributes: {} },
      ...about.map((one) => notification(one, { way, origin, user })),
    ];
  });
}

function notification(
  { type, name, attributes }: Extract<IcingaObject, { type: "Host" | "Service" }>,
  { way, origin, user }: { readonly way: string; readonly origin: string; readonly user: string },
): IcingaObject {
  const of =
    type === "Host"
      ? { host_name: name, command: `platform.notify.${way}.host` }
      : {
          ...{ host_name: attributes.host_name, service_name: name },
          command: `platform.notify.${way}.service`,
        };
  const types = ["Problem", "Recovery", "Acknowledgement"] as const;
  return {
    ...{ type: "Notification", name: way, origin },
    attributes: { ...of, users: [user], types, interval: 0, zone: masterZone },
  };
}

/** The program that tells people. */
export function notifyProgram(): ConfigFile {
  const source = new URL("./programs/notify.sh", import.meta.url);
  return { path: program, content: readFileSync(source, "utf8"), mode: "0755" };
}

/** Words for curl (curl(1), `--config`), one a line, which may be secret. */
export function curlWords(words: Readonly<Record<string, string | readonly string[]>>): string {
  return Object.entries(words)
    .flatMap(([word, values]) =>
      [values].flat().map((one) => `${word} = "${one.replaceAll(/["\\]/g, String.raw`\$&`)}"\n`),
    )
    .join("");
}

/** How curl reaches a relay, and whom it gives the mail for. */
export function relayWords(
  { from, to }: Pick<NonNullable<NotifyOptions["mail"]>, "from" | "to">,
  { address, port }: { readonly address: string; readonly port: number },
  [user, password]: readonly [user: string, password: string],
): string {
  return curlWords({
    url: `${port === 465 ? "smtps" : "smtp"}://${address}:${port}`,
    user: `${user}:${password}`,
    "mail-from": from,
    "mail-rcpt": to,
  });
}

/** Refuses mail without a relay on a machine that sends none. */
export const sendmailProbe = [
  "sh",
  "-c",
  '[ -x /usr/sbin/sendmail ] || { echo "there is no /usr/sbin/sendmail: install what has it, or set monitoring.notify.mail.relay" >&2; exit 1; }',
] as const;
