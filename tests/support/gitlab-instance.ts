import { DockerEngine, DockerEngineOptions } from "../../components/docker-engine/index.ts";
import { Instance, InstanceOptions } from "../../components/gitlab/index.ts";
import { exampleHost } from "./host.ts";

/** A licence as far as its shape goes. */
export const licence = Buffer.from(JSON.stringify({ data: "d", key: "k", iv: "i" })).toString(
  "base64",
);

/** An instance as a person writes it. */
export const written = {
  customer: "Acme Ltd.",
  host: "forum",
  hostname: "git.acme.example",
  image: { name: "gitlab/gitlab-ee:18.11.11-ee.0" },
  plan: "S",
} as const;

/** Registers the instance `acme` on the example's machine, with more options. */
export function buildInstance(more: object = {}): Instance {
  const options = InstanceOptions.parse({ ...written, ...more });
  const host = exampleHost();
  const engine = new DockerEngine("engine", {
    host,
    options: DockerEngineOptions.parse({ source: "debian", logMaxFiles: 3 }),
  });
  return new Instance("gitlab-acme", { host, engine, instance: "acme", options });
}
