import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { docker, inspect } from "../docker.ts";
import { ensureProgram } from "../packages.ts";
import { must } from "../process.ts";
import { step } from "../progress.ts";
import type { Apt, Release } from "./apt.ts";

/** What an image is made of: a Debian root, files of ours, and a script that finishes it. */
export interface Recipe {
  readonly release: Release;
  /** How much of Debian: only what is essential, or a minimal system with apt. */
  readonly variant: "essential" | "minbase";
  readonly packages: readonly string[];
  /** Paths that packages shall not unpack, as dpkg's patterns. */
  readonly without: readonly string[];
  readonly files: readonly RecipeFile[];
  /** A `sh` script that runs inside, as root, after the files are there. */
  readonly setup: string;
  /** Lines of a Dockerfile: the image's command, labels and so on. */
  readonly config: readonly string[];
}

/** A file of an image. */
export interface RecipeFile {
  readonly path: string;
  readonly mode: number;
  readonly content: string;
}

/** The label that holds the content id of the recipe that made an image. */
export const recipeLabel = "community-platform.recipe";

/** The content id of a recipe, with whatever else the image depends on: 12 hex digits. */
export function recipeId(recipe: Recipe, ...others: readonly unknown[]): string {
  return createHash("sha256")
    .update(JSON.stringify([recipe, ...others]))
    .digest("hex")
    .slice(0, 12);
}

/**
 * Makes sure that an image exists that was made by the recipe with this id. No registry is
 * asked: mmdebstrap makes the root from Debian's packages, and Docker imports it.
 */
export async function ensureBaked(
  image: string,
  id: string,
  recipe: Recipe,
  apt: Apt,
): Promise<void> {
  const label = await inspect("image", image, `{{index .Config.Labels "${recipeLabel}"}}`);
  if (label === id) return;
  await ensureProgram("mmdebstrap", ["mmdebstrap"]);
  const why = label === undefined ? "building" : "building anew, for its recipe has changed";
  await step(`image ${image}: ${why}`, "about 1 min", () => bake(image, id, recipe, apt));
}

async function bake(image: string, id: string, recipe: Recipe, apt: Apt): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "platform-bake-"));
  try {
    const files = await pack(folder, [
      ...recipe.files,
      { path: "/setup.sh", mode: 0o700, content: recipe.setup },
    ]);
    const root = join(folder, "root.tar");
    await must("mmdebstrap", mmdebstrapArguments(recipe, apt, files, root));
    const config = [...recipe.config, `LABEL ${recipeLabel}=${id}`];
    await docker(["import", ...config.map((line) => `--change=${line}`), root, image]);
    await docker(["image", "prune", "--force", `--filter=label=${recipeLabel}`]); // the one before
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** How mmdebstrap is called; `files` is the tar file that holds the recipe's files. */
export function mmdebstrapArguments(
  recipe: Recipe,
  apt: Apt,
  files: string,
  target: string,
): string[] {
  return [
    "--quiet",
    // Merged /usr as Debian's installer makes it; else the package usrmerge brings all of Perl.
    "--hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr",
    `--variant=${recipe.variant}`,
    `--include=${recipe.packages.join(",")}`,
    ...apt.settings.map((line) => `--aptopt=${line}`),
    ...recipe.without.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    `--customize-hook=tar-in ${files} /`,
    '--customize-hook=chroot "$1" /bin/sh /setup.sh && rm "$1/setup.sh"',
    recipe.release,
    target,
    ...apt.sources,
  ];
}

/** Packs files for the image's root: no folders, so that those of the image keep their modes. */
export async function pack(folder: string, files: readonly RecipeFile[]): Promise<string> {
  const stage = join(folder, "files");
  for (const { path, mode, content } of files) {
    await mkdir(dirname(join(stage, path)), { recursive: true });
    await writeFile(join(stage, path), content);
    await chmod(join(stage, path), mode);
  }
  const archive = join(folder, "files.tar");
  const names = files.map(({ path }) => path.slice(1));
  await must("tar", ["-C", stage, "--owner=0", "--group=0", "-cf", archive, ...names]);
  return archive;
}
