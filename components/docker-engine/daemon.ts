import { bytes } from "../../formats/size.ts";
import type { PackageSource, Release } from "../host/index.ts";
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

/** Docker's own packages (https://docs.docker.com/engine/install/debian/), with the fingerprint of their key. */
export function dockerSource(release: Release): PackageSource {
  const uris = "https://download.docker.com/linux/debian";
  const fingerprint = "9DC858229FC7DD38854AE2D88D81803C0EBFCD88";
  const key = { url: `${uris}/gpg`, fingerprint };
  return { name: "docker", uris, suites: release, components: "stable", key };
}

/**
 * The packages of an engine with its command line, which Debian split off after bookworm. AppArmor's parser is only
 * recommended by them, and without it no container starts where the kernel has AppArmor, as Debian's has.
 */
export function enginePackages(
  source: DockerEngineOptions["source"],
  release: Release,
): readonly string[] {
  if (source === "docker") return ["docker-ce", "docker-ce-cli", "containerd.io", "apparmor"];
  return release === "bookworm"
    ? ["docker.io", "apparmor"]
    : ["docker.io", "docker-cli", "apparmor"];
}
