import assert from "node:assert/strict";
import {
  Certificate,
  CertificateAuthority,
  CertificateOptions,
} from "../../components/certificate/index.ts";
import { DiscourseOptions } from "../../components/discourse/index.ts";
import { forumSite } from "../../components/discourse/site.ts";
import { DockerEngine, DockerEngineOptions } from "../../components/docker-engine/index.ts";
import { Packages, type Host } from "../../components/host/index.ts";
import { ensureStandinImage, type ImageArchive } from "../../lab/standin-image.ts";
import { exampleHost } from "./host.ts";
import { testLab, testMachine, type TestMachine } from "./machine.ts";
import { makePems } from "./pem.ts";
import { applyOn } from "./scripts.ts";

/** The name of the tests' forum. */
export const hostname = "forum.lab.test";

/** A machine with Docker Engine on which the stand-in's image is loaded. */
export async function forumMachine(): Promise<{ machine: TestMachine; image: ImageArchive }> {
  const image = await ensureStandinImage(testLab);
  const machine = await testMachine("forum");
  const { results } = await applyOn(machine, () => {
    const host = exampleHost();
    const options = DockerEngineOptions.parse({ source: "debian" });
    const engine = new DockerEngine("engine", { host, options });
    engine.loadImage("standin", image, { parent: engine });
    new Packages("tools", { host, packages: ["curl", "jq"] });
  });
  for (const { name, code, stderr } of results) assert.equal(code, 0, `${name}: ${stderr}`);
  return { machine, image };
}

/** Runs the stand-in as the forum component's container does, with more environment. Gives the container's id. */
export async function runStandin(
  machine: TestMachine,
  image: string,
  ...env: string[]
): Promise<string> {
  await machine.run("docker rm -f app; rm -f /var/discourse/shared/standalone/standin-mode");
  const volumes = [
    "/var/discourse/shared/standalone:/shared",
    "/var/discourse/shared/standalone/log/var-log:/var/log",
  ].map((volume) => `-v ${volume}`);
  const id = await machine.succeed(
    `docker run -d --name app ${volumes.join(" ")} ${env.map((one) => `-e ${one}`).join(" ")} ` +
      `-e DISCOURSE_HOSTNAME=${hostname} ${image} /sbin/boot`,
  );
  return id.trim();
}

/** Tells the stand-in to break in a certain way, or to be well again. */
export async function setMode(machine: TestMachine, mode: string): Promise<void> {
  await machine.succeed(`echo ${mode} > /var/discourse/shared/standalone/standin-mode; sleep 0.6`);
}

/** The forum's options with the stand-in's image. */
export function forumOptions(image: ImageArchive, more: object = {}): DiscourseOptions {
  return DiscourseOptions.parse({
    host: "forum",
    hostname,
    image,
    developerEmails: ["admin@lab.test"],
    smtp: { address: "smtp.lab.test", user: "u-1", password: "p-1" },
    skipPreflight: ["dns", "mail"],
    ...more,
  });
}

/** The forum's site. */
export function site(image: ImageArchive, more: object = {}) {
  return forumSite("forum", forumOptions(image, more));
}

/** What the tls resources of the certificate give, made by openssl once a run. */
export const pems = makePems(hostname);

/** Outputs of the mocked tls resources of `certificate`. */
export const tlsOutputs = {
  "cert-key": { privateKeyPem: pems.key },
  "cert-cert": { certPem: pems.certificate },
};

/** The forum's certificate on a host. */
export function certificate(host: Host): Certificate {
  const options = CertificateOptions.parse({});
  const authority = new CertificateAuthority("authority", options);
  return new Certificate("cert", { host, site: "forum", authority, names: [hostname], options });
}
