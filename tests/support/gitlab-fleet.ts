import { Gitlab } from "@gitbeaker/rest";
import program from "../../index.ts";
import { ensureGitlabImage } from "../../lab/gitlab-image.ts";
import { programStack, type EngineStack } from "./engine.ts";
import { gitlabToken, standinLicence } from "./gitlab.ts";
import type { Login } from "./gitlab-clients.ts";
import { testLab, testMachine, type TestMachine } from "./machine.ts";

/** The password of an instance's login at its relay; looked for everywhere it must not be. */
export const relayPassword = "canary-fleet-relay";

/** A stack of customers' instances on one machine. */
export interface FleetStack extends EngineStack {
  /** What a preview would change, such as `update fleet-nginx-files`; nothing that stays as it is. */
  readonly changes: () => Promise<string[]>;
  /** Adds an instance, or sets all options of one. */
  readonly setInstance: (name: string, options: object) => Promise<void>;
}

/** The image of the instances, as an option. */
export const fleetImage = await ensureGitlabImage(testLab);

/** Opens the fleet of `tests/fixtures/gitlab-fleet.yaml` with fresh state on the machine of that name. */
export async function fleetStack(name: string): Promise<FleetStack> {
  const machine = await testMachine(name);
  const { address, port, hostKey, instance } = machine;
  const known = {
    "platform:hosts": { fleet: { address, port, hostKey, instance } },
    "platform:gitlab": { instances: { acme: { image: fleetImage }, birch: { image: fleetImage } } },
  };
  const opened = await programStack(name, program, known, {}, "tests/fixtures/gitlab-fleet.yaml");
  const { stack } = opened;
  const set = (path: string, value: string, secret = false) =>
    stack.setConfig(`platform:${path}`, { value, secret }, true);
  await set("gitlab.instances.acme.smtp.password", relayPassword, true);
  await set("gitlab.instances.acme.licence", standinLicence({ user_limit: 7 }), true);
  return {
    ...opened,
    machine,
    set,
    unset: (path) => stack.removeConfig(`platform:${path}`, true),
    setInstance: async (instance, options) => {
      for (const [path, value] of leaves(options))
        await set(`gitlab.instances.${instance}${path}`, value);
    },
    changes: async () => {
      const seen = new Map<string, string>();
      await stack.preview({
        onEvent: ({ resourcePreEvent }) => {
          const { op = "same", urn = "" } = resourcePreEvent?.metadata ?? {};
          if (!["same", "refresh"].includes(op))
            seen.set(urn, `${op} ${urn.split("::").at(-1) ?? ""}`);
        },
      });
      return [...seen.values()].toSorted();
    },
  };
}

/** An instance as its customer has it. */
export interface Used {
  readonly url: string;
  readonly sshPort: number;
  readonly rootPassword: string;
  /** A token of root's. */
  readonly token: string;
  /** The login of git by that token. */
  readonly login: Login;
  /** Addresses of its project `demo`, as a person is told them. */
  readonly http: string;
  readonly ssh: string;
  readonly api: InstanceType<typeof Gitlab>;
}

/** What was handed over of an instance, and a token of root's. */
export async function useOf({ stack, machine }: FleetStack, name: string): Promise<Used> {
  const { gitlab } = await stack.outputs();
  const handed = (gitlab?.value as Record<string, Pick<Used, "url" | "sshPort" | "rootPassword">>)[
    name
  ];
  if (handed === undefined) throw new Error(`no instance is called ${name}`);
  const { url, sshPort } = handed;
  const token = await gitlabToken(machine, `gitlab-${name}`);
  return {
    ...handed,
    ...{ token, login: ["root", token], http: `${url}root/demo.git` },
    ssh: `ssh://git@${new URL(url).hostname}:${sshPort}/root/demo.git`,
    api: new Gitlab({ host: new URL(url).origin, token }),
  };
}

/** Each kind of answer that visitors of a name get while the work goes on. */
export async function visitors(
  machine: TestMachine,
  name: string,
  work: () => Promise<unknown>,
): Promise<string[]> {
  const here = `--cacert /run/ca.pem --resolve ${name}:443:127.0.0.1`;
  const ask = `curl -so /dev/null -w '%{http_code}\\n' ${here} https://${name}/users/sign_in`;
  await machine.succeed("touch /run/watch");
  const watch = machine.succeed(`while [ -e /run/watch ]; do ${ask}; sleep 0.2; done | sort -u`);
  try {
    await work();
  } finally {
    await machine.succeed("rm /run/watch");
  }
  return (await watch).trim().split("\n");
}

/** The plain values in an object by their paths, as the command line takes them. */
function leaves(value: unknown, path = ""): [string, string][] {
  if (Array.isArray(value)) return value.flatMap((one, index) => leaves(one, `${path}[${index}]`));
  if (typeof value !== "object" || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([key, one]) => leaves(one, `${path}.${key}`));
}
