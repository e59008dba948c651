import { z } from "zod";
import { size } from "../host/index.ts";

/** Docker Engine on a host. */
export const DockerEngineOptions = z.strictObject({
  source: z
    .enum(["docker", "debian"])
    .default("docker")
    .describe("Whose packages: Docker's own repository with a pinned key, or Debian's docker.io."),
  logMaxSize: size.default("10 MiB").describe("A container's log file is rotated at this size."),
  logMaxFiles: z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe("Rotated log files kept of each container."),
});

/** A validated Docker Engine section. */
export type DockerEngineOptions = z.output<typeof DockerEngineOptions>;

/** A container image: adopted from the host when it is there, else loaded from an archive or pulled. */
export const ImageOptions = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][\w./:-]*(?::[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/, {
      error:
        "must name a tag or a digest, such as local_discourse/forum:2026.7 (a bare name would drift)",
    })
    .describe("Image name with its tag or digest."),
  archive: z
    .string()
    .regex(/^(?:\/[\w.@:+-]+)+\.tar(?:\.gz)?$/, {
      error: "must be the absolute path of a .tar or .tar.gz on the host",
    })
    .optional()
    .describe("Archive on the host, written by `docker save`, that holds the image."),
});

/** A validated image. */
export type ImageOptions = z.output<typeof ImageOptions>;
