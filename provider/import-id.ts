import { parseImportId, type Thing } from "../formats/import-id.ts";
import type { Properties } from "./grpc/values.ts";
import { hostFailures } from "./host.ts";
import type { Importing } from "./kind.ts";

/** Where the input `host` has what an id says, and how a person finds that in the id. */
const labels: Readonly<Record<string, string>> = {
  "host.name": "`host`",
  "host.release": "`release`",
  "host.instance": "`instance`",
  "host.hostKey": "`hostKey`",
  "host.address": "the address",
  "host.user": "the user",
  "host.bastion.address": "the address in `bastion`",
  "host.bastion.user": "the user in `bastion`",
  "host.bastion.hostKey": "`bastionKey`",
};

/** What an import id says of the machine, and which things on it. Throws all that is wrong with it, and shows the form. */
export function importOf(
  id: string,
  { fields, example }: Importing,
): { host: Properties; things: readonly Thing[] } {
  const said = parseImportId(id);
  if (!said) throw refusal(["it is no URL of this form"], example);
  const { bastion, ...machine } = said.host;
  const host: Properties = bastion ? { ...machine, bastion: { ...bastion } } : machine;
  const unknown = said.things.filter(([field]) => !fields.includes(field));
  const faults = [
    ...hostFailures({ host }).map(
      ({ property, reason }) => `${labels[property] ?? property} ${reason}`,
    ),
    ...said.repeated.map((field) => `\`${field}\` stands there twice`),
    ...[...new Set(unknown.map(([field]) => field))].map(
      (field) => `\`${field}\` is none of its fields`,
    ),
  ];
  if (said.things.length === unknown.length) {
    faults.push(`it names nothing to import (${fields.map((field) => `\`${field}\``).join(", ")})`);
  }
  if (faults.length > 0) throw refusal(faults, example);
  return { host, things: said.things };
}

function refusal(faults: readonly string[], example: string): Error {
  const form = "ssh://root@192.0.2.7:22/?host=web&release=bookworm&hostKey=ssh-ed25519%20AAAA…";
  return new Error(
    `the import id is refused, and no machine was asked: ${faults.join("; ")}. It has the form\n  ${form}${example}\n` +
      "and `importId` of components/host makes it (docs/import.md)",
  );
}
