import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { imagesPath } from "../../lab/containers.ts";
import { docker } from "../../lab/docker.ts";
import { ensureMachineImage } from "../../lab/machine-image.ts";
import { type ImageArchive, imagesFolder } from "../../lab/standin-image.ts";
import { testLab } from "./machine.ts";

/** The image of a lab machine as an archive that the lab's machines see, for machines in their own Docker. */
export async function machineArchive(): Promise<ImageArchive> {
  const name = await ensureMachineImage("bookworm");
  const id = await docker(["image", "inspect", "--format={{.Id}}", name]);
  const file = `machine-${id.trim().slice(7, 19)}.tar`;
  const folder = imagesFolder(testLab);
  if (!existsSync(join(folder, file))) {
    await mkdir(folder, { recursive: true });
    await docker(["save", `--output=${join(folder, `.${file}`)}`, name]);
    await rename(join(folder, `.${file}`), join(folder, file));
  }
  return { name, archive: join(imagesPath, file) };
}
