import assert from "node:assert/strict";
import { DockerEngine, DockerEngineOptions } from "../../components/docker-engine/index.ts";
import {
  firstPasswords,
  GitLabMachine,
  Instance,
  InstanceOptions,
} from "../../components/gitlab/index.ts";
import type { Watcher } from "../../components/host/index.ts";
import type { Result } from "../../lab/process.ts";
import type { ImageArchive } from "../../lab/standin-image.ts";
import { deploy, type Deployment, type Registered } from "./deploy.ts";
import { exampleHost } from "./host.ts";
import { withProvider } from "./host-provider.ts";
import type { TestMachine } from "./machine.ts";
import { inOrder, runOn, runWith, stateOf } from "./scripts.ts";

/** A licence as far as its shape goes. */
export const licence = Buffer.from(JSON.stringify({ data: "d", key: "k", iv: "i" })).toString(
  "base64",
);

/** An instance as a person writes it. */
export const written = {
  customer: "Acme Ltd.",
  host: "forum",
  hostname: "git.acme.example",
  image: { name: "gitlab/gitlab-ee:18.11.11-ee.0" },
  plan: "S",
} as const;

/** Registers the instance `acme` on the example's machine, with more options, and perhaps somebody who watches it. */
export function buildInstance(more: object = {}, watcher?: Watcher): Instance {
  const host = exampleHost();
  const options = InstanceOptions.parse({ ...written, ...more });
  const engine = new DockerEngine("engine", {
    host,
    options: DockerEngineOptions.parse({ source: "debian", logMaxFiles: 3 }),
  });
  const machine = new GitLabMachine("machine", { host, engine, instances: { acme: options } });
  const passwords = firstPasswords("fleet");
  return new Instance("gitlab-acme", { machine, passwords, instance: "acme", options, watcher });
}

/** What the container resource is given, as far as tests make a container of it. */
interface Given {
  readonly name: string;
  readonly hostname: string;
  readonly command: readonly string[];
  readonly volumes: readonly { hostPath: string; containerPath: string; readOnly?: boolean }[];
  readonly ports: readonly { ip: string; external: number; internal: number }[];
  readonly networksAdvanced: readonly { ipv4Address: string }[];
  readonly labels: readonly { label: string; value: string }[];
  readonly cpus: string;
  readonly memory: number;
  readonly shmSize: number;
}

function runArguments(given: Given, env: Readonly<Record<string, string>>): string {
  const { name, hostname, volumes, ports, labels, networksAdvanced } = given;
  return [
    `--name ${name} --hostname ${hostname} --network ${name} --restart always`,
    `--ip ${networksAdvanced[0]?.ipv4Address ?? ""} --security-opt no-new-privileges`,
    `--memory ${given.memory}m --memory-swap ${given.memory}m --shm-size ${given.shmSize}m`,
    ...labels.map(({ label, value }) => `--label ${label}=${value}`),
    ...volumes.map((one) => `-v ${one.hostPath}:${one.containerPath}${one.readOnly ? ":ro" : ""}`),
    ...ports.map(({ ip, external, internal }) => `-p ${ip}:${external}:${internal}`),
    ...Object.entries(env).map(([variable, value]) => `-e ${variable}=${value}`),
  ].join(" ");
}

/** An instance of the stand-in on a machine. */
export interface LabInstance {
  /** Its first password, once it was registered. */
  password: string;
  /** Applies it until something fails, with what Docker's provider does; gives what was done, or why not, by resource. */
  up(more?: object, meanwhile?: () => Promise<unknown>): Promise<Readonly<Record<string, Result>>>;
  /** What a plain preview would show of a Script of its. */
  shown(script: string): Promise<unknown>;
  /** Takes it away, as a destroy would. */
  remove(more?: object): Promise<void>;
}

/** The stand-in as the instance `acme` of a machine; `env` tells the stand-in how to be. */
export function labInstance(
  machine: TestMachine,
  image: ImageArchive,
  env: Readonly<Record<string, string>> = {},
): LabInstance {
  let id = "";
  const register = (more: object): Promise<Deployment<Instance>> => {
    const lab = { image, skipPreflight: ["memory", "cores", "dns", "mail"], bootSeconds: 90 };
    return deploy(() => buildInstance({ ...lab, releases: "off", ...more }), false, {
      [`machine-image-${image.name}`]: { imageId: image.name },
      "gitlab-acme-app": { id },
    });
  };
  const swap = async ({ resource }: Deployment<Instance>) => {
    const given = resource("gitlab-acme-app").inputs as unknown as Given;
    const made = given.labels.find(({ label }) => label === "platform.made")?.value ?? "";
    const [config] = resource("gitlab-acme-network").inputs["ipamConfigs"] as [
      { subnet: string; gateway: string },
    ];
    const now = await machine.succeed(
      `docker network inspect ${given.name} >/dev/null 2>&1 || ` +
        `docker network create --subnet ${config.subnet} --gateway ${config.gateway} ${given.name} >/dev/null; ` +
        `docker inspect -f '{{index .Config.Labels "platform.made"}} {{.Id}}' ${given.name} 2>/dev/null || true`,
    );
    const [label, found = ""] = now.trim().split(" ");
    id = found;
    if (label === made) return;
    if (id !== "") await machine.succeed(`docker stop -t 60 ${id} && docker rm ${id}`);
    const run = `docker run -d ${runArguments(given, env)} ${image.name} ${given.command.join(" ")}`;
    id = (await machine.succeed(run)).trim().split("\n").at(-1) ?? "";
  };
  const own: LabInstance = {
    password: "",
    async up(more = {}, meanwhile = () => Promise.resolve()) {
      const results: Record<string, Result> = {};
      const first = await register(more);
      first.result.rootPassword.apply((password) => (own.password = password));
      const steps = inOrder(first.resources).filter(({ name }) => !/^engine/.test(name));
      const at = steps.findIndex(({ name }) => name === "gitlab-acme-ready");
      const apply = async (some: readonly Registered[]) =>
        withProvider(async (run) => {
          for (const one of some) {
            const result = await runWith(run, machine, one, "create");
            results[one.name] = result;
            if (result.code !== 0) return false;
          }
          return true;
        });
      const other = meanwhile();
      if (await apply(steps.slice(0, at))) {
        await swap(first);
        const { resource } = await register(more);
        await apply(steps.slice(at).map(({ name }) => resource(name)));
      }
      await other;
      return results;
    },
    async shown(script) {
      const kept = stateOf(machine).get(`gitlab-acme-${script}`) ?? assert.fail(script);
      const found = await withProvider((run) => run.refresh(kept));
      return found?.properties["state"];
    },
    async remove(more = {}) {
      const { resources } = await register(more);
      await machine.succeed(`docker rm -f gitlab-acme; docker network rm gitlab-acme`);
      for (const one of inOrder(resources).toReversed()) {
        if (one.type.startsWith("command:") || one.name.startsWith("engine")) continue;
        const { code, stderr } = await runOn(machine, one, "delete");
        assert.equal(code, 0, `${one.name}: ${stderr}`);
      }
    },
  };
  return own;
}
