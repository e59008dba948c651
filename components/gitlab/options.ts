import { z } from "zod";
import { bytes } from "../../formats/size.ts";
import { slots } from "./allocation.ts";
import { ImageOptions } from "../docker-engine/index.ts";
import { hostname, mailAddress, network, secret, size } from "../host/index.ts";
import { isLicence } from "./licence.ts";
import { planNames, plans, type Size } from "./plan.ts";
import { SettingsOptions } from "./settings.ts";

const port = z.int().min(1).max(65535);

/** A size of one's own, in place of a plan. */
const SizeOptions = z.strictObject({
  users: z.int().min(1).describe("How many people it is for; one container ends at 1,000."),
  cpus: z.number().min(1).max(256).describe("Processors that it may use."),
  memory: size.describe("Memory that it may use; there is no swap besides."),
  puma: z.int().min(0).max(64).describe("Web workers, 2 at least."),
  sidekiq: z.int().min(1).max(50).describe("Background jobs at a time, 5 to 20."),
  sharedBuffers: size.describe("PostgreSQL's buffers."),
  disk: size.describe("What its data are expected to take."),
  sharedMemory: size.default("512 MiB").describe("Its /dev/shm; 256 MiB at least."),
  processes: z.int().min(4096).max(65536).default(8192).describe("Most processes and threads."),
});

/** The relay that takes an instance's mail. */
const SmtpOptions = z.strictObject({
  address: hostname.describe("The relay."),
  port: z
    .union([z.literal(25), z.literal(465), z.literal(587), z.literal(2525)])
    .default(587)
    .describe("587 and 25 speak STARTTLS, 465 TLS from the first byte."),
  user: z
    .string()
    .regex(/^[\x20-\x7e]{1,256}$/, { error: "must be 1 to 256 printable characters" })
    .describe("The login at the relay."),
  password: secret(/^[^\0\r\n]{1,256}$/, "must be one line of at most 256 characters").describe(
    "Its password, encrypted in the stack file.",
  ),
  from: mailAddress.optional().describe("From whom its mail comes; gitlab@hostname when absent."),
  replyTo: mailAddress.optional().describe("Where answers go; noreply@hostname when absent."),
});

/** Where git over SSH is answered. */
const SshOptions = z.strictObject({
  address: z
    .union([z.ipv4()], { error: "must be an IPv4 address of the machine" })
    .default("0.0.0.0")
    .describe("Address of the machine; one of its own makes port 22 possible. All when absent."),
  port: port.optional().describe("Port there; one that goes with the instance's name when absent."),
  hostname: hostname
    .optional()
    .describe("Name in the addresses that GitLab shows for it; the instance's own when absent."),
});

/** What a machine, and the relay, is asked before an instance is made. */
const questions = ["memory", "cores", "ports", "dns", "docker", "mail"] as const;

/** A GitLab EE of one customer. */
export const InstanceOptions = z.strictObject({
  customer: z
    .string()
    .regex(/^\S(?:.{0,198}\S)?$/, { error: "must be one line of at most 200 characters" })
    .describe("Whose it is, in words."),
  host: z.string().describe("The machine that it runs on, by its name under `hosts`."),
  hostname: hostname.describe("The customer's own name for it, in the address bar."),
  renamedFrom: hostname
    .optional()
    .describe("The name that it has had until now: confirms that `hostname` is another one."),
  upgradedFrom: z
    .string()
    .regex(/^\d{1,3}\.\d{1,3}\.\d{1,3}$/, { error: "must be a version such as 18.11.11" })
    .optional()
    .describe(
      "The version that its data are of: confirms that `image` is of another release than that.",
    ),
  passwordEdition: z
    .string()
    .regex(/^[\w.-]{1,32}$/, { error: "must be one word" })
    .optional()
    .describe(
      "Another word makes another first password: for a name that was somebody else's before.",
    ),
  providerName: hostname
    .optional()
    .describe(
      "Its name with you, which leads to `hostname`; with a `certificate` of its own, it has one like all sites.",
    ),
  aliases: z.array(hostname).default([]).describe("Other names that lead to it."),
  image: ImageOptions.describe(
    "Image whose tag says edition and version exactly, such as gitlab/gitlab-ee:18.11.11-ee.0.",
  ),
  plan: z
    .union([z.enum(planNames), SizeOptions], {
      error: `must be one of ${planNames.join(", ")}, or a size of your own`,
    })
    .describe("How large it is: docs/gitlab.md has the plans."),
  isolation: z
    .enum(["vm", "sharedHost"])
    .default("vm")
    .describe("Alone on its machine, or beside others there: docs/gitlab.md says what that means."),
  ssh: SshOptions.prefault({}),
  smtp: SmtpOptions.optional().describe("The relay for its mail; it sends none when absent."),
  registry: z
    .strictObject({ hostname: hostname.describe("Its name, which is the registry's alone.") })
    .optional()
    .describe("A registry of container images; there is none when absent."),
  pages: z
    .strictObject({
      hostname: hostname.describe("Their name, better not below that of GitLab."),
    })
    .optional()
    .describe("Pages, each namespace below a path; there are none when absent."),
  licence: secret(
    isLicence,
    "must be a licence file of GitLab: base64 of JSON with data, key and iv",
  )
    .optional()
    .describe("The customer's licence, applied at the first start; Free features without one."),
  settings: SettingsOptions.prefault({}),
  extra: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .default({})
    .describe(
      "More settings of gitlab.rb by section and key; what its version does not know, and what is typed here, is refused. Not for secrets.",
    ),
  monitors: z
    .array(network)
    .default([])
    .describe("Who may ask its health besides the machine itself: addresses and networks."),
  timeZone: z
    .string()
    .regex(/^[A-Za-z]+(?:\/[A-Za-z_+-]+[0-9]*)*$/, { error: "must be such as Europe/Berlin" })
    .optional()
    .describe("Its time zone; UTC when absent."),
  slot: z
    .int()
    .min(0)
    .max(slots - 1, { error: `must be ${slots - 1} at most` })
    .optional()
    .describe("Which network and ports it has on its machine; by its name when absent."),
  quota: size
    .optional()
    .describe("How large all that it keeps may get; its disk has to be mounted with prjquota."),
  bootSeconds: z
    .int()
    .min(10)
    .max(7200)
    .default(1800)
    .describe(
      "How long a start or a reconfigure may take until it is ready; the first one takes minutes.",
    ),
  releases: z
    .union([z.literal("off"), z.url({ protocol: /^https?$/ })])
    .default("https://version.gitlab.com/check.json")
    .describe("Who is asked whether its version lacks security fixes: it is told the version."),
  skipPreflight: z
    .array(z.enum(questions, { error: `is no question: take some of ${questions.join(", ")}` }))
    .default([])
    .describe("What the machine and the relay are not asked before the instance is made."),
});

/** A validated instance. */
export type InstanceOptions = z.output<typeof InstanceOptions>;

/** What an instance may be called: its name is in those of files, of its container and of its network. */
export const instanceName = z
  .string()
  .regex(/^(?!.*-(?:registry|pages|provider)$)[a-z](?:-?[a-z0-9]){0,23}$/, {
    error:
      "must be a short name in lower case, such as acme, that does not end in -registry, -pages or -provider",
  });

/** A plan as numbers. */
export function sizeOfPlan(plan: InstanceOptions["plan"]): Size {
  if (typeof plan === "string") return plans[plan];
  const { users, cpus, puma, sidekiq } = plan;
  return {
    ...{ users, cpus, puma, sidekiq, pids: plan.processes },
    memoryBytes: bytes(plan.memory),
    sharedBuffersBytes: bytes(plan.sharedBuffers),
    diskBytes: bytes(plan.disk),
    shmBytes: bytes(plan.sharedMemory),
  };
}

/** The tag of an image, which says edition and version. */
export function tagOf(image: string): string {
  return /:([\w.-]+)(?:@|$)/.exec(image)?.[1] ?? "";
}
