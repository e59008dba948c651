import { z } from "zod";
import { sizePattern, type Size } from "../../formats/size.ts";

/** Debian releases that configuration is rendered for (nginx 1.22/OpenSSL 3.0, nginx 1.26/OpenSSL 3.5). */
export const releases = ["bookworm", "trixie"] as const;

/** A Debian release by its code name. */
export type Release = (typeof releases)[number];

/** A DNS name as a host, a site or a mail relay may have (RFC 1123, lower case, at least two labels). */
export const hostname = z
  .string()
  .max(253)
  .regex(/^(?!.*\.\d+$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/, {
    error: "must be a host name in lower case, such as forum.example.org",
  });

/** All names one label below another (RFC 6125, 6.4.3). */
export const wildcard = z
  .string()
  .max(253)
  .regex(/^\*\.(?!.*\.\d+$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/, {
    error: "must be all names below another, such as *.example.org",
  });

/** A mail address option. */
export const mailAddress = z.string().regex(/^[\w.+-]{1,64}@(?:[a-z0-9-]+\.)+[a-z]{2,63}$/i, {
  error: "must be a mail address such as admin@example.org",
});

/** An address or a network of clients. */
export const network = z
  .string()
  .refine((text) => z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]).safeParse(text).success, {
    error: "must be an address, or a network such as 192.0.2.0/24",
  });

/** A size option such as "10 MiB". */
export const size = z.custom<Size>(
  (value) => typeof value === "string" && sizePattern.test(value),
  {
    error: 'must be a size such as "10 MiB" (KiB, MiB or GiB)',
  },
);

/** A public key that may log in, as `ssh-add -L` shows it. */
export const publicKey = z
  .string()
  .regex(/^(?:ssh|ecdsa|sk)-[\w@.-]+ [A-Za-z0-9+/]+={0,2}(?: [^\r\n]*)?$/, {
    error: "must be a public key as `ssh-ed25519 AAAA…` (the line that `ssh-add -L` shows)",
  });

const address = z.union([hostname, z.ipv4(), z.ipv6()], {
  error: "must be a host name or an IP address",
});

const port = z.int().min(1).max(65535).default(22).describe("sshd's port.");

const hostKey = (machine: string) =>
  z.string().regex(/^(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)) [A-Za-z0-9+/]+={0,2}$/, {
    error:
      `must be the ${machine}'s public host key as \`ssh-ed25519 AAAA…\` or \`ecdsa-sha2-nistp256 AAAA…\` ` +
      `(read /etc/ssh/ssh_host_ed25519_key.pub on the ${machine}; RSA keys cannot be pinned)`,
  });

/** How the machine in between is reached. */
const BastionOptions = z.strictObject({
  address: address.describe("Where the bastion's sshd answers: a name or an address."),
  port,
  // No default: root is for the machine behind it, and a bastion seldom has it.
  user: z
    .string({ error: "must name the login on the bastion, which seldom is root" })
    .regex(/^[A-Za-z_][\w.@-]{0,63}$/, { error: "must be a login on the bastion, such as jump" })
    .describe("The login there; its key comes from the same ssh-agent, which is not forwarded."),
  hostKey: hostKey("bastion").describe(
    "The public host key that the bastion must show; another one is refused.",
  ),
});

/** How a machine is reached over SSH, as a person writes it. */
export const HostOptions = z.strictObject({
  address: address.describe(
    "Where sshd answers: a name or an address; behind a bastion, as the bastion sees it.",
  ),
  port,
  user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,31}$/, {
      error: "must be a login of Debian, such as root or admin",
    })
    .default("root")
    .describe(
      "The login: root, or one that becomes root by sudo without a password. Its key comes from the ssh-agent.",
    ),
  hostKey: hostKey("machine")
    .optional()
    .describe(
      "The public host key that the machine must show; another one is refused. Absent where `vm` or `container` makes it.",
    ),
  release: z.enum(releases).describe("The Debian release that configuration is rendered for."),
  instance: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .default("1")
    .describe(
      "Change it when the machine was made anew: everything is applied again in the next run.",
    ),
  bootSeconds: z
    .int()
    .min(10)
    .max(3600)
    .optional()
    .describe(
      "How long its sshd may take to answer after a start: 90 seconds when absent; of a virtual machine 180, or 900 without `kvm`.",
    ),
  bastion: BastionOptions.optional().describe(
    "The machine that connects through to it (a jump host), where it is not reached directly.",
  ),
});

/** A validated host section. */
export type HostOptions = z.output<typeof HostOptions>;
