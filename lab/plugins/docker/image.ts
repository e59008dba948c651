import { text } from "../../../provider/grpc/values.ts";
import { type Daemon, expectOk } from "./daemon.ts";
import { imageFields } from "./fields.ts";
import { timeouts } from "./meta.ts";
import type { DockerType } from "./resource.ts";

interface Inspected {
  Id: string;
  RepoDigests: string[] | null;
}

/** `docker:index/remoteImage:RemoteImage`: adopts an image that is on the host; nothing is pulled. */
export const image: DockerType = {
  fields: imageFields,
  required: ["name"],
  meta: JSON.stringify(timeouts),
  oneByName: false,

  async make(daemon, plan) {
    const name = text(plan["name"]);
    const found = await inspect(daemon, name);
    if (!found) {
      throw new Error(
        `Unable to read Docker image into resource: the host has no image ${name}, and the ` +
          "stand-in for docker pulls none: load it there first, or use the official plugin",
      );
    }
    return { id: found.Id + name };
  },

  async find(daemon, _id, state) {
    const name = text(state["name"]);
    const found = await inspect(daemon, name);
    if (!found) return undefined;
    const repository = `${name.replace(/:[^:/]*$/, "")}@`;
    const repoDigest = found.RepoDigests?.find((digest) => digest.startsWith(repository)) ?? "";
    return { id: found.Id + name, values: { imageId: found.Id, repoDigest } };
  },

  // Only `keepLocally` changes in place, and it matters at the end alone.
  change: () => Promise.resolve(),

  async remove(daemon, _id, state) {
    if (state["keepLocally"] === true) return;
    const path = `/images/${encodeURIComponent(text(state["name"]))}`;
    const answer = await daemon("DELETE", path);
    if (answer.status !== 404) expectOk(answer, "Unable to remove Docker image");
  },
};

async function inspect(daemon: Daemon, name: string): Promise<Inspected | undefined> {
  const answer = await daemon("GET", `/images/${encodeURIComponent(name)}/json`);
  if (answer.status === 404) return undefined;
  return expectOk(answer, "Unable to read Docker image into resource") as Inspected;
}
