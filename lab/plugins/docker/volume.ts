import { text } from "../../../provider/grpc/values.ts";
import { labelsOf } from "./container-create.ts";
import { expectOk } from "./daemon.ts";
import { volumeFields } from "./fields.ts";
import { labelList, untilUnused } from "./removal.ts";
import type { DockerType } from "./resource.ts";

interface Inspected {
  Name: string;
  Driver: string;
  Mountpoint: string;
  Labels: Record<string, string> | null;
  Options: Record<string, string> | null;
}

/** `docker:index/volume:Volume`. */
export const volume: DockerType = {
  fields: volumeFields,
  required: ["name"],
  meta: JSON.stringify({ schema_version: "1" }),
  oneByName: true,

  async make(daemon, plan) {
    const body = { Name: text(plan["name"]), Labels: labelsOf(plan["labels"]) };
    const answer = await daemon("POST", "/volumes/create", body);
    const { Name: id } = expectOk(answer, "Unable to create volume") as { Name: string };
    return { id };
  },

  async find(daemon, id) {
    const answer = await daemon("GET", `/volumes/${encodeURIComponent(id)}`);
    if (answer.status === 404) return undefined;
    const inspected = expectOk(answer, "Unable to inspect volume") as Inspected;
    return {
      id: inspected.Name,
      values: {
        driver: inspected.Driver,
        driverOpts: inspected.Options ?? {},
        labels: labelList(inspected.Labels),
        mountpoint: inspected.Mountpoint,
        name: inspected.Name,
      },
    };
  },

  // Every input replaces.
  change: () => Promise.resolve(),

  remove: (daemon, id) =>
    untilUnused("Unable to remove volume", /volume is in use/, () =>
      daemon("DELETE", `/volumes/${encodeURIComponent(id)}`),
    ),
};
