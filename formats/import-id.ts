import type { Login } from "./ssh.ts";

/** The machine that an import id leads to. */
export interface ImportHost {
  /** The name that the program gives it. */
  readonly name: string;
  /** A name, or an address of IPv4 or IPv6. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Public host key in authorized_keys form (`type base64`). */
  readonly hostKey: string;
  readonly instance: string;
  readonly release: string;
  /** What is between here and the machine. */
  readonly bastion?: Login;
}

/** One thing on the machine: a field of the id, such as `file`, and its value. */
export type Thing = readonly [field: string, value: string];

/** What stands in an import id. What is missing there is the empty text. */
export interface ImportId {
  readonly host: ImportHost;
  readonly things: readonly Thing[];
  /** Fields of the machine that stand there more than once. */
  readonly repeated: readonly string[];
}

const ofHost = ["host", "release", "instance", "hostKey", "bastion", "bastionKey"];

/** Renders an import id, a URL that a shell needs quotes for. */
export function renderImportId(host: ImportHost, things: readonly Thing[]): string {
  const { name, hostKey, instance, release, bastion } = host;
  const fields = [
    ["host", name],
    ["release", release],
    ["instance", instance],
  ] as const;
  const between: Thing[] = bastion
    ? [
        ["bastion", loginText(bastion)],
        ["bastionKey", bastion.hostKey],
      ]
    : [];
  const query = [...fields, ["hostKey", hostKey] as const, ...between, ...things]
    .map(([field, value]) => `${field}=${encoded(value)}`)
    .join("&");
  return `ssh://${loginText(host)}/?${query}`;
}

function loginText({ user, address, port }: Omit<Login, "hostKey">): string {
  return `${user}@${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** Who logs in where, as it stands before the path of a URL. */
const login = String.raw`([^@/?#]+)@(?:\[([\da-fA-F:.]+)\]|([^[\]:/?#]+))(?::(\d+))?`;

function loginIn([user = "", six, name = "", port = "22"]: readonly (string | undefined)[]) {
  return { user, address: six ?? name, port: Number(port) };
}

/** Reads an import id that may be typed by hand; undefined when it is no such URL. */
export function parseImportId(text: string): ImportId | undefined {
  // URL would write an address of IPv6 in its own way, which need not be that of the program.
  const [, ...parts] = new RegExp(String.raw`^ssh://${login}/?\?([^#]*)$`).exec(text.trim()) ?? [];
  const query = parts[4];
  if (query === undefined || !URL.canParse(text)) return undefined;
  const fields = [...new URLSearchParams(query)].map(([field, value]): Thing => [
    field,
    typed(field, value),
  ]);
  const all = (field: string) => fields.filter(([one]) => one === field);
  const first = (field: string) => all(field)[0]?.[1];
  return {
    host: {
      name: first("host") ?? "",
      ...loginIn(parts),
      hostKey: first("hostKey") ?? "",
      instance: first("instance") ?? "1",
      release: first("release") ?? "",
      ...bastionIn(first("bastion"), first("bastionKey")),
    },
    things: fields.filter(([field]) => !ofHost.includes(field)),
    repeated: ofHost.filter((field) => all(field).length > 1),
  };
}

/** Half of it, or a login of no such form, is a bastion without what is missing, which whoever checks it refuses. */
function bastionIn(where: string | undefined, hostKey = ""): { bastion?: Login } {
  if (where === undefined && hostKey === "") return {};
  const [, ...parts] = new RegExp(`^${login}$`).exec(where ?? "") ?? [];
  return { bastion: { ...loginIn(parts), hostKey } };
}

/** A value as it is easy to read: only what would be misread is encoded. */
function encoded(value: string): string {
  return encodeURIComponent(value).replace(/%(?:2F|3A|3D|40)/g, decodeURIComponent);
}

/** A plus that was typed as it is reads as a space (RFC 1866); only in a key is there a space, after its type. */
function typed(field: string, value: string): string {
  const [type = "", ...rest] = value.split(" ");
  if ((field !== "hostKey" && field !== "bastionKey") || rest.length === 0)
    return value.replaceAll(" ", "+");
  return `${type} ${rest.join("+")}`;
}
