import { bytes } from "../../formats/size.ts";
import type { Release } from "../host/index.ts";
import type { DockerEngineOptions } from "./options.ts";

/**
 * The daemon's configuration: rotated logs, and containers that live on while the daemon is restarted
 * (https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file).
 */
export function daemonJson(options: DockerEngineOptions): string {
  const settings = {
    "live-restore": true,
    "log-driver": "json-file",
    "log-opts": {
      "max-file": String(options.logMaxFiles),
      "max-size": String(bytes(options.logMaxSize)),
    },
  };
  return `${JSON.stringify(settings, null, 2)}\n`;
}

/** Options of the json-file log driver: how many files, and their size in bytes. */
export function logOptions(options: DockerEngineOptions) {
  return { "max-file": String(options.logMaxFiles), "max-size": String(bytes(options.logMaxSize)) };
}

/** Fingerprint of the key that signs Docker's packages (https://docs.docker.com/engine/install/debian/). */
export const dockerKeyFingerprint = "9DC858229FC7DD38854AE2D88D81803C0EBFCD88";

/** Where the verified key lies on the host. */
export const dockerKeyPath = "/etc/apt/keyrings/platform-docker.asc";

/** Docker's package source for a Debian release, as deb822 (sources.list(5)). */
export function dockerSource(release: Release): string {
  return [
    "Types: deb",
    "URIs: https://download.docker.com/linux/debian",
    `Suites: ${release}`,
    "Components: stable",
    `Signed-By: ${dockerKeyPath}`,
    "",
  ].join("\n");
}

/** The packages of an engine with its command line; Debian split that off after bookworm. */
export function enginePackages(
  source: DockerEngineOptions["source"],
  release: Release,
): readonly string[] {
  if (source === "docker") return ["docker-ce", "docker-ce-cli", "containerd.io"];
  return release === "bookworm" ? ["docker.io"] : ["docker.io", "docker-cli"];
}
