import { z } from "zod";
import { publicKey, size } from "../host/index.ts";

const ip = z.union([z.ipv4(), z.ipv6()], { error: "must be an IP address" });

const prefixed = z
  .string()
  .refine((text) => z.union([z.cidrv4(), z.cidrv6()]).safeParse(text).success, {
    error: "must be an address with its prefix, such as 192.0.2.7/24",
  });

/** What a machine's disk begins as. */
const ImageOptions = z.strictObject({
  source: z
    .string()
    .regex(/^(?:\/[\w.@:+-]+)+$|^https?:\/\/[\w.:-]+\/[\w./~%+-]+$/, {
      error: "must be an https address, or an absolute path on the hypervisor",
    })
    .describe(
      "A cloud image (qcow2 or raw) with cloud-init: its address, or its path on the hypervisor.",
    ),
  checksum: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$|^sha512:[0-9a-f]{128}$/, {
      error:
        "must be sha256: or sha512: with the digest in hexadecimal digits, as its maker publishes it",
    })
    .describe("What the image must be; anything else is refused."),
});

/** A virtual machine that the stack makes, on another machine of it. */
export const VmOptions = z.strictObject({
  hypervisor: z
    .string()
    .describe("The machine of this stack that it runs on, with libvirt and QEMU."),
  cpus: z.int().min(1).max(256).describe("Virtual processors. A change restarts the machine."),
  memory: size.describe("Its memory. A change restarts the machine."),
  disk: size.describe(
    "The size of its disk, which can grow and never shrink. Growing restarts the machine.",
  ),
  image: ImageOptions.describe(
    "What its disk begins as; a change is for machines that are made later.",
  ),
  network: z
    .string()
    .regex(/^(?:bridge|network) [\w.-]{1,32}$/, {
      error: "must be `bridge` or `network` and its name on the hypervisor, such as `bridge br0`",
    })
    .default("network default")
    .describe("What its card is connected to: a bridge, or a network of libvirt's own."),
  addresses: z
    .array(prefixed)
    .default([])
    .describe(
      "Its static addresses, IPv4 and IPv6, with their prefixes; without any, the network gives one.",
    ),
  gateways: z.array(ip).max(2).default([]).describe("Its ways out, one for IPv4 and one for IPv6."),
  nameservers: z.array(ip).max(3).default([]).describe("Where it looks up names."),
  authorizedKeys: z
    .array(publicKey)
    .min(1, { error: "must hold a key: without one, nobody gets in" })
    .describe("Public keys that may log in, from the first boot on."),
  acceleration: z
    .enum(["kvm", "qemu"])
    .default("kvm")
    .describe("`qemu` runs it without help of the processor, ten times slower."),
  protect: z
    .boolean()
    .default(true)
    .describe("Nothing that Pulumi is told removes it, for its data goes with it."),
  stopSeconds: z
    .int()
    .min(10)
    .max(1800)
    .default(180)
    .describe("How long it may take to shut down."),
});

/** A validated virtual machine. */
export type VmOptions = z.output<typeof VmOptions>;
