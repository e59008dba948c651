import assert from "node:assert/strict";
import { Discourse } from "../../components/discourse/index.ts";
import { DockerEngine, DockerEngineOptions } from "../../components/docker-engine/index.ts";
import type { Result } from "../../lab/process.ts";
import type { ImageArchive } from "../../lab/standin-image.ts";
import { deploy } from "./deploy.ts";
import { forumOptions } from "./forum.ts";
import { exampleHost } from "./host.ts";
import { withProvider } from "./host-provider.ts";
import type { TestMachine } from "./machine.ts";
import { runOn, stateOf } from "./scripts.ts";

/** What a container is to be made from: an image, by its id, and environment; and how long it may take. */
export interface Wanted {
  readonly from: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly bootSeconds?: number;
}

/** What a forum's container is put through on a machine. */
export interface Replacement {
  /** Id of the container that the engine's state would know; empty when there is none. */
  id: string;
  /** Applies one resource of the component by its name, such as `forum-ready`. */
  readonly step: (name: string, wanted: Wanted) => Promise<Result>;
  /** Does what Docker's provider does: the old container goes by its id, then the new one is made. */
  readonly swap: (wanted: Wanted) => Promise<void>;
  /** Replaces the container as `up` does; gives the error of the last step. `meanwhile` is run before that. */
  readonly replace: (wanted: Wanted, meanwhile?: string) => Promise<string>;
  /** What `up` does when nothing has changed: both steps, on the container that is there. */
  readonly again: (wanted: Wanted) => Promise<string>;
  /** Takes a resource of the component away. */
  readonly remove: (name: string) => Promise<Result>;
  /** What a plain preview would show of the steps before and after. */
  readonly shown: () => Promise<unknown[]>;
}

/** What the container resource is given, as far as tests make a container of it. */
interface Given {
  readonly name: string;
  readonly networkMode: string;
  readonly envs: readonly string[];
  readonly volumes: readonly { hostPath: string; containerPath: string; readOnly?: boolean }[];
  readonly ports?: readonly { ip: string; external: number; internal: number }[];
}

/** The arguments of `docker run` that stand for it. */
function runArguments({ name, networkMode, envs, volumes, ports = [] }: Given): string {
  return [
    ...[`--name ${name}`, `--network ${networkMode}`],
    ...envs.map((env) => `-e ${env}`),
    ...volumes.map((one) => `-v ${one.hostPath}:${one.containerPath}${one.readOnly ? ":ro" : ""}`),
    ...ports.map(({ ip, external, internal }) => `-p ${ip}:${external}:${internal}`),
  ].join(" ");
}

/** The resources of a container: what comes before it, its image, itself, and what comes after. */
const names = {
  app: ["forum-previous", "forum-image", "forum-app", "forum-ready"],
  data: [
    ...(["forum-stores-previous", "forum-stores-image"] as const),
    ...(["forum-stores-container", "forum-stores-ready"] as const),
  ],
} as const;

/** Puts a forum's container, or that of its database, with more options, through replacements, of which tests do each part by itself. */
export function replacements(
  machine: TestMachine,
  image: ImageArchive,
  options: object = {},
  which: keyof typeof names = "app",
): Replacement {
  const [previous, itsImage, container, ready] = names[which];
  async function registered(name: string, { from, env = {}, bootSeconds = 10 }: Wanted) {
    const build = () => {
      const host = exampleHost();
      const engineOptions = DockerEngineOptions.parse({ source: "debian" });
      const engine = new DockerEngine("engine", { host, options: engineOptions });
      const more = { ...options, environment: env, bootSeconds };
      new Discourse("forum", { host, engine, options: forumOptions(image, more) });
    };
    const made = { [itsImage]: { imageId: from }, [container]: { id: own.id } };
    return (await deploy(build, false, made)).resource(name);
  }
  const own: Replacement = {
    id: "",
    step: async (name, wanted) => runOn(machine, await registered(name, wanted)),
    async swap(wanted) {
      if (own.id !== "")
        await machine.succeed(`docker stop -t 20 ${own.id} && docker rm ${own.id}`);
      own.id = "";
      const { inputs } = await registered(container, wanted);
      const given = runArguments(inputs as unknown as Given);
      const run = `docker run -d --restart=always ${given} ${wanted.from} /sbin/boot`;
      own.id = (await machine.succeed(run)).trim();
    },
    async replace(wanted, meanwhile = "true") {
      assert.equal((await own.step(previous, wanted)).stderr, "");
      await own.swap(wanted);
      await machine.succeed(meanwhile);
      return (await own.step(ready, wanted)).stderr;
    },
    async again(wanted) {
      assert.equal((await own.step(previous, wanted)).stderr, "");
      return (await own.step(ready, wanted)).stderr;
    },
    remove: async (name) => runOn(machine, await registered(name, { from: image.name }), "delete"),
    async shown() {
      const kept = [previous, ready].map(
        (name) => stateOf(machine).get(name) ?? assert.fail(`${name} is there`),
      );
      const found = await withProvider((run) => Promise.all(kept.map((one) => run.refresh(one))));
      return found.map((one) => one?.properties["state"]);
    },
  };
  return own;
}

/** Makes an image that is another one than the stand-in's, and does the same; gives the ids of both. */
export async function twoImages(
  machine: TestMachine,
  image: ImageArchive,
): Promise<[string, string]> {
  const [first = "", second = ""] = (
    await machine.succeed(
      `docker image inspect --format '{{.Id}}' ${image.name}; docker rm -f second >/dev/null 2>&1; ` +
        `docker create --name second ${image.name} >/dev/null; ` +
        "docker commit --change 'LABEL second=1' second standin:second; docker rm second >/dev/null",
    )
  ).split("\n");
  return [first, second];
}
