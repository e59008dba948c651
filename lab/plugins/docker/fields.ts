import { label } from "./container-fields.ts";
import type { Fields } from "./schema.ts";

/** `docker:index/network:Network`: any change makes a new network. */
export const networkFields: Fields = {
  attachable: { kind: "boolean", replaces: true },
  driver: { kind: "string", input: true, computed: true, replaces: true },
  ingress: { kind: "boolean", replaces: true },
  internal: { kind: "boolean", input: true, computed: true, replaces: true },
  ipamConfigs: {
    kind: "objects",
    set: true,
    input: true,
    computed: true,
    replaces: true,
    fields: {
      auxAddress: { kind: "map" },
      gateway: { kind: "string", input: true },
      ipRange: { kind: "string", input: true },
      subnet: { kind: "string", input: true },
    },
  },
  ipamDriver: { kind: "string", input: true, replaces: true, default: "default" },
  ipamOptions: { kind: "map", replaces: true },
  ipv6: { kind: "boolean", input: true, replaces: true },
  labels: { kind: "objects", set: true, input: true, replaces: true, fields: label },
  name: { kind: "string", input: true, replaces: true },
  options: { kind: "map", input: true, computed: true, replaces: true },
  scope: { kind: "string", computed: true },
};

/** `docker:index/volume:Volume`: any change makes a new, empty volume. */
export const volumeFields: Fields = {
  cluster: { kind: "object" },
  driver: { kind: "string", computed: true, replaces: true },
  driverOpts: { kind: "map", replaces: true },
  labels: { kind: "objects", set: true, input: true, replaces: true, fields: label },
  mountpoint: { kind: "string", computed: true },
  name: { kind: "string", input: true, replaces: true },
};

/** `docker:index/remoteImage:RemoteImage`. */
export const imageFields: Fields = {
  build: { kind: "object" },
  forceRemove: { kind: "boolean" },
  imageId: { kind: "string", computed: true },
  keepLocally: { kind: "boolean", input: true },
  name: { kind: "string", input: true, replaces: true },
  platform: { kind: "string", replaces: true },
  pullTriggers: { kind: "strings", set: true, replaces: true },
  repoDigest: { kind: "string", computed: true },
  triggers: { kind: "map", replaces: true },
};
