import { setTimeout as pause } from "node:timers/promises";
import { type Properties, sameValue, text, type Value } from "../../../provider/grpc/values.ts";
import { createBody, endpointConfig, objects, resources } from "./container-create.ts";
import { containerFields } from "./container-fields.ts";
import type { Inspected } from "./container-inspected.ts";
import { containerValues } from "./container-read.ts";
import { type Answer, type Daemon, expectOk, messageOf } from "./daemon.ts";
import { timeouts } from "./meta.ts";
import type { DockerType } from "./resource.ts";

/** What can change without a new container. */
const changeable = ["memory", "memorySwap", "restart"];

/** `docker:index/container:Container`. */
export const container: DockerType = {
  fields: containerFields,
  required: ["image", "name"],
  meta: JSON.stringify({ ...timeouts, schema_version: "2" }),
  oneByName: true,

  async make(daemon, plan) {
    const name = encodeURIComponent(text(plan["name"]));
    const answer = await daemon("POST", `/containers/create?name=${name}`, createBody(plan));
    const { Id: id } = expectOk(answer, "Unable to create container") as { Id: string };
    try {
      await join(daemon, id, plan["networksAdvanced"]);
      if (plan["start"] === true) await start(daemon, id);
      if (plan["start"] === true && plan["wait"] === true) await healthy(daemon, id, plan);
      return { id };
    } catch (error) {
      return { id, failure: error instanceof Error ? error.message : String(error) };
    }
  },

  async find(daemon, id, state) {
    const inspected = await inspect(daemon, id);
    return inspected && { id: inspected.Id, values: containerValues(inspected, state) };
  },

  async change(daemon, id, state, olds) {
    if (olds["mustRun"] === false && state["mustRun"] === true && state["start"] === true) {
      await start(daemon, id);
    }
    if (changeable.every((name) => sameValue(state[name], olds[name]))) return;
    const policy = { Name: state["restart"], MaximumRetryCount: state["maxRetryCount"] ?? 0 };
    const body = { ...resources(state), RestartPolicy: policy };
    const answer = await daemon("POST", `/containers/${id}/update`, body);
    expectOk(answer, "Unable to update a container");
  },

  async remove(daemon, id, state) {
    const grace = Number(state["destroyGraceSeconds"] ?? 0);
    const stopped = await daemon("POST", `/containers/${id}/stop?t=${grace}`);
    if (stopped.status !== 404) expectOk(stopped, `Error stopping container ${id}`);
    const volumes = state["removeVolumes"] === true ? "&v=1" : "";
    const removed = await daemon("DELETE", `/containers/${id}?force=1${volumes}`);
    if (!isGoing(removed)) expectOk(removed, `Error deleting container ${id}`);
    const waited = await daemon("POST", `/containers/${id}/wait?condition=not-running`);
    if (!isGoing(waited)) expectOk(waited, `Error waiting for container removal '${id}'`);
  },
};

function isGoing({ status, body }: Answer): boolean {
  return status === 404 || /is already in progress/.test(messageOf(body));
}

async function inspect(daemon: Daemon, id: string): Promise<Inspected | undefined> {
  const answer = await daemon("GET", `/containers/${id}/json`);
  if (answer.status === 404) return undefined;
  return expectOk(answer, "error inspecting container state") as Inspected;
}

async function start(daemon: Daemon, id: string): Promise<void> {
  expectOk(await daemon("POST", `/containers/${id}/start`), "Unable to start container");
}

/** Takes a container out of the default network and into those that were asked for. */
async function join(daemon: Daemon, id: string, networks: Value | undefined): Promise<void> {
  const wanted = objects(networks);
  if (wanted.length === 0) return;
  const left = await daemon("POST", "/networks/bridge/disconnect", { Container: id, Force: false });
  if (!/is not connected to/.test(messageOf(left.body))) {
    expectOk(left, "Unable to disconnect the default network");
  }
  for (const network of wanted) {
    const name = text(network["name"]);
    const body = { Container: id, EndpointConfig: endpointConfig(network) };
    const joined = await daemon("POST", `/networks/${encodeURIComponent(name)}/connect`, body);
    expectOk(joined, `Unable to connect to network '${name}'`);
  }
}

/** Waits for the health check, for as many seconds as were asked for. */
async function healthy(daemon: Daemon, id: string, plan: Properties): Promise<void> {
  const end = performance.now() + Number(plan["waitTimeout"]) * 1000;
  for (;;) {
    const health = (await inspect(daemon, id))?.State.Health;
    if (!health) {
      throw new Error(
        "you have supplied a 'wait' argument, but the container does not have a healthcheck" +
          " defined. Please remove the 'wait' argument or add a 'healthcheck' attribute",
      );
    }
    if (health.Status === "healthy") return;
    if (performance.now() > end) throw new Error("container failed to be in healthy state");
    await pause(1000);
  }
}
