import { z } from "zod";
import { ImageOptions } from "../docker-engine/index.ts";
import { publicKey } from "../host/index.ts";

const port = (what: string) => z.int().min(1).max(65535).describe(what);

/** A port of the machine that others reach on the one that it runs on. */
const PortOptions = z.strictObject({
  machine: port("The port on the machine itself."),
  published: port("The port by which it is reached."),
  address: z
    .ipv4({ error: "must be an IPv4 address, such as 127.0.0.1" })
    .default("0.0.0.0")
    .describe("On which address of the machine that it runs on; on all when absent."),
});

/** A machine that the stack makes in a container of another machine's Docker. */
export const ContainerOptions = z.strictObject({
  on: z.string().describe("The machine of this stack in whose Docker it runs."),
  image: ImageOptions.describe(
    "What it begins as: a Debian with systemd, sshd and sudo; a change is for machines that are made later.",
  ),
  ports: z
    .array(PortOptions)
    .min(1, { error: "must publish at least sshd's port" })
    .describe("What is reached of it from outside. Cannot be changed while it is there."),
  folders: z
    .array(
      z
        .string()
        .regex(/^(?:\/[\w.@+-]+)+$/, { error: "must be an absolute path, such as /srv/images" }),
    )
    .default([])
    .describe(
      "Folders of the machine that it runs on, which it sees at the same paths and cannot change.",
    ),
  authorizedKeys: z
    .array(publicKey)
    .min(1, { error: "must hold a key: without one, nobody gets in" })
    .describe("Public keys that may log in as root."),
  protect: z
    .boolean()
    .default(true)
    .describe("Nothing that Pulumi is told removes it, for its data goes with it."),
});

/** A validated machine in a container. */
export type ContainerOptions = z.output<typeof ContainerOptions>;

/** The ports as Docker takes them, `address:published:machine`, in the order in which it tells them. */
export function published(ports: ContainerOptions["ports"]): string[] {
  return ports.map((one) => `${one.address}:${one.published}:${one.machine}`).sort();
}
