import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { imagesPath } from "./containers.ts";
import { docker, ensureDocker } from "./docker.ts";
import { operatorApt } from "./images/apt.ts";
import { ensureBaked, recipeId, type Recipe } from "./images/bake.ts";
import { step } from "./progress.ts";

/** An image that a machine can load without a registry. */
export interface ImageArchive {
  /** Name and tag; the tag is the content id of the recipe, the same on every computer. */
  readonly name: string;
  /** Where a machine with the lab's images folder sees the archive. */
  readonly archive: string;
}

/** The folder of a lab that holds the archives of images; machines mount it. */
export function imagesFolder(labDir: string): string {
  return join(labDir, "images");
}

/**
 * Makes sure that the stand-in for Discourse is built and lies as an archive in the lab's
 * images folder; archives of older recipes are removed there.
 */
export async function ensureStandinImage(labDir: string): Promise<ImageArchive> {
  const recipe = await standinRecipe();
  const id = recipeId(recipe);
  const name = `discourse-standin:${id}`;
  const folder = imagesFolder(labDir);
  const file = `discourse-standin-${id}.tar`;
  const archive = { name, archive: join(imagesPath, file) };
  if (existsSync(join(folder, file))) return archive;

  await ensureDocker(labDir);
  await ensureBaked(name, id, recipe, await operatorApt(recipe.release));
  await mkdir(folder, { recursive: true });
  await step(`saving ${name} for the machines`, "some seconds", async () => {
    const unfinished = join(folder, `.${file}`);
    await docker(["save", `--output=${unfinished}`, name]);
    await rename(unfinished, join(folder, file));
  });
  await removeOlder(folder, file, name);
  return archive;
}

async function removeOlder(folder: string, file: string, name: string): Promise<void> {
  for (const other of await readdir(folder)) {
    if (/^\.?discourse-standin-/.test(other) && other !== file) await rm(join(folder, other));
  }
  const list = ["image", "ls", "--format={{.Repository}}:{{.Tag}}", "discourse-standin"];
  const images = (await docker(list)).trim().split("\n");
  const older = images.filter((image) => image !== name);
  if (older.length > 0) await docker(["image", "rm", ...older]);
}

/** The recipe of the stand-in: the least of Debian that has Python and curl. */
export async function standinRecipe(): Promise<Recipe> {
  const read = (name: string) =>
    readFile(join(import.meta.dirname, "images/standin", name), "utf8");
  const description =
    "A stand-in for the Discourse container that keeps its contract for tests; it is not Discourse";
  return {
    release: "bookworm",
    variant: "essential",
    packages: ["python3", "python3-psycopg2", "curl"],
    without: ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*"],
    files: [
      { path: "/usr/sbin/boot", mode: 0o755, content: await read("boot.py") },
      {
        path: "/usr/lib/python3/dist-packages/outside.py",
        mode: 0o644,
        content: await read("outside.py"),
      },
      { path: "/usr/bin/psql", mode: 0o755, content: await read("psql") },
      { path: "/usr/local/bin/discourse", mode: 0o755, content: await read("discourse") },
      { path: "/usr/local/bin/rails", mode: 0o755, content: await read("rails") },
    ],
    setup: await read("setup.sh"),
    config: [
      'CMD ["/sbin/boot"]',
      "LABEL org.opencontainers.image.title=discourse-standin",
      `LABEL org.opencontainers.image.description="${description}"`,
    ],
  };
}
