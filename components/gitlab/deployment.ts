import type * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import {
  relayScript,
  RemoteScript,
  Script,
  type Host,
  type SiteDeployment,
} from "../host/index.ts";
import type { Allocation } from "./allocation.ts";
import { madeOf, stopSeconds } from "./container.ts";
import { digest, passwordOf } from "./digest.ts";
import { sizeOfPlan, tagOf, type InstanceOptions } from "./options.ts";
import { containerName, directoryOf } from "./paths.ts";
import { bot, root, scripts } from "./scripts.ts";
import { owned } from "./settings.ts";
import { namesOf } from "./site.ts";
import { versionOf } from "./version.ts";

/** What all steps of an instance have to know. */
export interface Deployed {
  readonly host: Host;
  readonly instance: string;
  readonly options: InstanceOptions;
  readonly allocation: Allocation;
}

/** Where its bundled nginx answers, as the machine sees it. */
function common({ instance, options, allocation }: Deployed) {
  return { NAME: instance, HOST: options.hostname, ADDRESS: allocation.address };
}

/** Before anything of it changes: refuses a new name or release that is not confirmed, and names that lead nowhere, and has what is under way come to its end. */
export function before(deployed: Deployed, opts: pulumi.CustomResourceOptions): void {
  const { host, instance, options, allocation } = deployed;
  const { hostname, renamedFrom = "", upgradedFrom = "", bootSeconds, skipPreflight } = options;
  const values = {
    ...common(deployed),
    ...{ FORMER: renamedFrom, MADE: madeOf(instance, options, allocation) },
    ...{ DATA: directoryOf(instance), VERSION: versionOf(tagOf(options.image.name)).text },
    ...{ UPGRADED: upgradedFrom, SECONDS_MAX: String(bootSeconds) },
    NAMES: skipPreflight.includes("dns") ? [] : namesOf(options),
  };
  const timeoutSeconds = bootSeconds + 60;
  const args = { host, script: scripts("before"), values, state: { hostname }, timeoutSeconds };
  new Script(`${containerName(instance)}-before`, args, opts);
}

/** Asks the relay, once for each change of it, whether it takes the instance's login. */
export function askRelay(
  { host, instance, options }: Deployed,
  opts: pulumi.CustomResourceOptions,
): void {
  const { smtp, hostname, skipPreflight } = options;
  if (!smtp || skipPreflight.includes("mail")) return;
  const values = {
    ...{ NAME: instance, HOST: hostname, RELAY: smtp.address, PORT: String(smtp.port) },
    ...{ LOGIN: smtp.user, PASSWORD: smtp.password },
  };
  const script = [relayScript, new URL("./mail.sh", import.meta.url)];
  new RemoteScript(`${containerName(instance)}-mail`, { host, script, values }, opts);
}

/** Keeps it running, and waits until it is ready, has a token for the platform and is the version that is wanted. */
export function awaitReady(
  deployed: Deployed,
  container: pulumi.Input<string>,
  configuration: string,
  opts: pulumi.CustomResourceOptions,
): Script {
  const { host, instance, options } = deployed;
  const version = versionOf(tagOf(options.image.name)).text;
  const pids = String(sizeOfPlan(options.plan).pids);
  const values = {
    ...common(deployed),
    ...{ CONTAINER: container, VERSION: version, PIDS: pids, BOT: bot },
    ...{ SECONDS_MAX: String(options.bootSeconds), CONFIG: digest(configuration).slice(0, 16) },
  };
  const state = { pids, ready: true, running: true, token: true, version };
  const timeoutSeconds = options.bootSeconds + 600; // Rails itself takes minutes on a machine that has much to do
  const args = { host, script: scripts("token", "ready"), values, state, timeoutSeconds };
  return new Script(`${containerName(instance)}-ready`, args, opts);
}

/** Keeps the settings that the platform owns, and no others. */
export function keepSettings(deployed: Deployed, opts: pulumi.CustomResourceOptions): void {
  const { host, instance, options } = deployed;
  const settings = owned(options.settings);
  const values = { ...common(deployed), SETTINGS: JSON.stringify(settings) };
  const args = { host, script: scripts("settings"), values, state: { settings } };
  new Script(`${containerName(instance)}-settings`, args, opts);
}

/** The first password of an instance's root, by the instance's name, and a word that makes another one; secret. */
export type FirstPasswords = (instance: string, edition?: string) => pulumi.Output<string>;

/**
 * First passwords of a fleet, from one secret in the state: a name has the same one as long as the state is there, also when
 * its instance goes and comes back over its data.
 */
export function firstPasswords(name: string, opts?: pulumi.CustomResourceOptions): FirstPasswords {
  const seed = new tls.PrivateKey(`${name}-seed`, { algorithm: "ED25519" }, opts);
  return (instance, edition) =>
    seed.privateKeyPem.apply((pem) => passwordOf(pem, instance, edition));
}

/** Hands the first password of root to the instance, once for its data. It is in the state, and nowhere on the machine. */
export function handOver(
  deployed: Deployed,
  password: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  const { host, instance } = deployed;
  const values = {
    ...common(deployed),
    ...{ DATA: directoryOf(instance), PASSWORD: password, ROOT: root },
  };
  const args = { host, script: scripts("root"), values };
  new RemoteScript(`${containerName(instance)}-root`, args, opts);
}

/** What is told to who watches the site: it may be away until the new container is ready. */
export function watched({ host, instance, options, allocation }: Deployed): SiteDeployment {
  const change = madeOf(instance, options, allocation);
  const secondsMax = stopSeconds + options.bootSeconds + 60;
  return { host, site: containerName(instance), change, secondsMax };
}
