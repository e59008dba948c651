import assert from "node:assert/strict";
import { commandProvider } from "../../lab/plugins/command/provider.ts";
import { runRemote } from "../../lab/plugins/command/remote.ts";
import { dockerProvider } from "../../lab/plugins/docker/provider.ts";
import { isObject, type Properties, text, type Value } from "../../provider/grpc/values.ts";
import type { Answer } from "./plugin-answers.ts";
import { assertSameAnswer } from "./transcript-form.ts";
import { type Entry, type Plugin, start, transcript } from "./transcript.ts";

/** A machine with Docker, reached with the keys of the agent in SSH_AUTH_SOCK. */
export interface LiveMachine {
  address: string;
  port: number;
  user: string;
  /** "type key" */
  hostKey: string;
}

/** What the daemon chooses by itself: addresses, and the networks that they come from. */
const byForm = ["networkDatas", "ipamConfigs", "id"];

/**
 * Sends every recorded request that changes or reads a machine to the stand-ins for command and
 * docker, with this machine in the place of the recorded one, and fails at the first answer that
 * is not the recorded one. It leaves nothing behind but the image `bb:latest`. Takes a minute.
 * Returns how many answers were compared.
 */
export async function replayOnMachine(machine: LiveMachine): Promise<number> {
  await onMachine(machine, leftovers);
  await onMachine(machine, makeImage);
  const commands = await start(commandProvider());
  const docker = await start(dockerProvider());
  try {
    const args = { host: `ssh://${machine.user}@${machine.address}:${machine.port}` };
    const sshOpts = JSON.stringify(sshOptions(machine));
    await docker.ask("Configure", { args: { ...args, sshOpts } });
    const compared = await replay(commands, transcript("command"), machine);
    return compared + (await replay(docker, transcript("docker"), machine));
  } finally {
    await onMachine(machine, leftovers);
    commands.close();
    docker.close();
  }
}

/** The id of what the recorded runs made, and of what this run made in its place. */
type Ids = Map<string, string>;

async function replay(plugin: Plugin, entries: Entry[], machine: LiveMachine): Promise<number> {
  const live = entries.filter(
    ({ method, request }) =>
      ["Create", "Read", "Update", "Delete"].includes(method) && request.preview !== true,
  );
  const ids: Ids = new Map();
  const done = new Set<string>();
  for (const entry of live) {
    const [step = ""] = entry.recorded.split(":");
    const byHand = done.has(step) ? undefined : handwork[step];
    done.add(step);
    if (byHand !== undefined && entry.request.urn?.includes("docker")) {
      await onMachine(machine, byHand);
    }
    const request = renamed(elsewhere(entry.request, machine), ids);
    const answer = await plugin.ask(entry.method, request);
    if (entry.method === "Create") remember(ids, entry, answer, entries);
    const back = new Map([...ids].map(([recorded, actual]) => [actual, recorded]));
    const here = { ...entry, ...elsewhere({ response: entry.response }, machine) };
    const tolerance = { byForm, unordered: ["volumes"] };
    assertSameAnswer(uncapped(here), uncapped(renamed(answer, back)), tolerance);
  }
  return live.length;
}

/** What was done to the machine by hand before a transcript was recorded. */
const handwork: Record<string, string> = {
  "11-stopped-by-hand": "docker stop gitlab-a",
  "12-removed-by-hand": "docker rm -f gitlab-a",
};

/** Takes away what an interrupted run has left. */
const leftovers = `
docker rm -f forum-app gitlab-a sick-a
docker network rm forum-net cust-a
docker volume rm forum-data
true
`;

/** A small image named as in the transcripts, of programs that the machine has. */
const makeImage = `set -eu
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
for program in /bin/sh /bin/sleep /bin/true /bin/false; do
  cp --parents -L "$program" "$root"
  ldd "$program" | grep -o '/[^ ]*' | xargs -I{} cp --parents -nL {} "$root"
done
tar -C "$root" -c . | docker import - bb:latest
`;

async function onMachine(machine: LiveMachine, script: string): Promise<void> {
  const connection = {
    ...{ host: machine.address, port: machine.port, user: machine.user, hostKey: machine.hostKey },
    ...{ privateKey: undefined, proxy: undefined, dialErrorLimit: 10, perDialTimeout: 15 },
  };
  const command = { command: "sh -s", stdin: script, environment: {} };
  await runRemote(connection, command, new AbortController().signal);
}

function sshOptions({ hostKey }: LiveMachine): string[] {
  const settings = [
    ...["BatchMode=yes", "StrictHostKeyChecking=yes", "UserKnownHostsFile=/dev/null"],
    ...["GlobalKnownHostsFile=/dev/null", `KnownHostsCommand=/bin/echo %H ${hostKey}`],
  ];
  return ["-F", "none", ...settings.flatMap((setting) => ["-o", setting])];
}

/** Connections lead to this machine, and need no key but the agent's. */
function elsewhere<T>(value: T, machine: LiveMachine): T {
  return JSON.parse(JSON.stringify(value), (_name, member: Value) => {
    if (!isObject(member) || !("hostKey" in member)) return member;
    const { address: host, port, user, hostKey } = machine;
    const connection = without("privateKey", { ...member, host, port, user, hostKey });
    return connection;
  }) as T;
}

function without(name: string, members: Properties): Properties {
  return Object.fromEntries(Object.entries(members).filter(([key]) => key !== name));
}

/** Daemons since version 23 write capabilities with CAP_ in front, whoever created the container. */
function uncapped<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll('"CAP_', '"')) as T;
}

/** Ids stand in other values too: in a host name by their beginning, in an image's own id. */
function renamed<T>(value: T, ids: Ids): T {
  const pairs = [...ids].flatMap(([from, to]) => [
    [from, to] as const,
    [from.slice(0, 12), to.slice(0, 12)] as const,
  ]);
  const json = pairs.reduce((text, [from, to]) => text.replaceAll(from, to), JSON.stringify(value));
  return JSON.parse(json) as T;
}

function remember(ids: Ids, entry: Entry, answer: Answer, entries: Entry[]): void {
  const { urn } = entry.request;
  const after = entries.slice(entries.indexOf(entry) + 1);
  // A failed Create tells its id in no answer; the next call about the resource has it.
  const later = after.find(({ request }) => request.urn === urn && request.id !== undefined);
  const recorded = text(entry.response?.["id"]) || (later?.request.id ?? "");
  const actual = text(answer.response?.["id"]) || (answer.partial?.id ?? "");
  if (recorded === "") return; // it failed before it was there
  assert.notEqual(actual, "", `${entry.recorded} ${JSON.stringify(answer.errors)}`);
  if (/^[0-9a-f]{64}$/.test(recorded)) ids.set(recorded, actual);
  const image = (response: Properties | undefined) =>
    text((response?.["properties"] as Properties | undefined)?.["imageId"]).replace("sha256:", "");
  if (image(entry.response) !== "") ids.set(image(entry.response), image(answer.response));
}
