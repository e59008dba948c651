import type * as pulumi from "@pulumi/pulumi";
import { bytes } from "../../formats/size.ts";
import { RemoteScript, type Host } from "../host/index.ts";
import { notificationEmail } from "./environment.ts";
import type { DiscourseOptions } from "./options.ts";
import { sharedDirectory } from "./site.ts";

const script = (name: string) => new URL(`./${name}.sh`, import.meta.url);

/**
 * Asks, once for each change of what is asked for, whether the machine is fit for the forum, and whether its relay takes the
 * forum's mail. A build asks for more than a ready image does.
 */
export function preflight(
  name: string,
  host: Host,
  options: DiscourseOptions,
  opts: pulumi.CustomResourceOptions,
): void {
  const { hostname, memory, cores, smtp, image, skipPreflight } = options;
  const builds = "launcher" in image ? (["swap", "disk", "docker"] as const) : [];
  const asked = (["memory", "cores", "ports", "dns", ...builds] as const).filter(
    (question) => !skipPreflight.includes(question),
  );
  const values = {
    ...{ HOST: hostname, DATA: sharedDirectory, ASKED: asked },
    MEMORY: memory === undefined ? "" : String(Math.floor(bytes(memory) / 1e6)),
    CORES: cores === undefined ? "" : String(cores),
  };
  new RemoteScript(`${name}-preflight`, { host, script: script("preflight"), values }, opts);
  if (skipPreflight.includes("mail")) return;
  const [recipient = ""] = options.developerEmails;
  const mail = {
    ...{ RELAY: smtp.address, PORT: String(smtp.port), LOGIN: smtp.user, PASSWORD: smtp.password },
    ...{ SENDER: notificationEmail(options), RECIPIENT: recipient, HOST: hostname },
  };
  new RemoteScript(`${name}-mail`, { host, script: script("mail"), values: mail }, opts);
}
