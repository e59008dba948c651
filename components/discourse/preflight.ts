import type * as pulumi from "@pulumi/pulumi";
import { bytes } from "../../formats/size.ts";
import { relayScript, RemoteScript, type Host } from "../host/index.ts";
import { connection } from "./deployment.ts";
import { notificationEmail } from "./environment.ts";
import type { DiscourseOptions } from "./options.ts";
import { sharedDirectory } from "./site.ts";

const script = (name: string) => new URL(`./${name}.sh`, import.meta.url);

/**
 * Asks, once for each change of what is asked for, whether the machine is fit for the forum, and whether its relay takes the
 * forum's mail. A build asks for more than a ready image does, and a database elsewhere is asked whether it is fit, too.
 */
export function preflight(
  name: string,
  host: Host,
  options: DiscourseOptions,
  opts: pulumi.CustomResourceOptions,
): void {
  const { hostname, memory, cores, port, image, skipPreflight } = options;
  const builds = "launcher" in image ? (["swap", "disk", "docker"] as const) : [];
  const asked = (["memory", "cores", "ports", "dns", ...builds] as const).filter(
    (question) => !skipPreflight.includes(question),
  );
  const values = {
    ...{ HOST: hostname, DATA: sharedDirectory, ASKED: asked },
    MEMORY: memory === undefined ? "" : String(Math.floor(bytes(memory) / 1e6)),
    CORES: cores === undefined ? "" : String(cores),
    OWN_PORT: port === undefined ? "" : String(port),
  };
  new RemoteScript(`${name}-preflight`, { host, script: script("preflight"), values }, opts);
  if (!skipPreflight.includes("mail")) askMail(`${name}-mail`, host, options, opts);
  if (!skipPreflight.includes("database")) askStores(`${name}-database`, host, options, opts);
}

function askMail(
  name: string,
  host: Host,
  options: DiscourseOptions,
  opts: pulumi.CustomResourceOptions,
): void {
  const { smtp, hostname } = options;
  const [recipient = ""] = options.developerEmails;
  const values = {
    ...{ RELAY: smtp.address, PORT: String(smtp.port), LOGIN: smtp.user, PASSWORD: smtp.password },
    ...{ SENDER: notificationEmail(options), RECIPIENT: recipient, HOST: hostname },
  };
  const asking = [relayScript, script("mail")];
  new RemoteScript(name, { host, script: asking, values }, opts);
}

function askStores(
  name: string,
  host: Host,
  { database, redis }: DiscourseOptions,
  opts: pulumi.CustomResourceOptions,
): void {
  if (!database || !redis) return;
  const values = {
    ...connection(database),
    ...{ REDIS: ["-h", redis.address, "-p", String(redis.port)], REDIS_PASSWORD: redis.password },
  };
  new RemoteScript(name, { host, script: script("database"), values }, opts);
}
