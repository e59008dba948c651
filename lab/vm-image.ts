import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { operatorApt } from "./images/apt.ts";
import { mmdebstrapArguments, pack, recipeId, type Recipe } from "./images/bake.ts";
import { ensureProgram } from "./packages.ts";
import { must } from "./process.ts";
import { step } from "./progress.ts";

/** Programs that make the disk, and whose packages have them. */
const programs = [
  ["mmdebstrap", ["mmdebstrap"]],
  ["syslinux", ["syslinux", "syslinux-common"]],
  ["mcopy", ["mtools"]],
  ["mkfs.vfat", ["dosfstools"]],
  ["mke2fs", ["e2fsprogs"]],
  ["sfdisk", ["fdisk"]],
  ["qemu-img", ["qemu-utils"]],
] as const;

const packages = [
  ...["linux-image-cloud-amd64", "systemd", "systemd-sysv", "dbus", "udev", "openssh-server"],
  ...["cloud-init", "cloud-guest-utils", "e2fsprogs", "ifupdown", "isc-dhcp-client", "netbase"],
  ...["ca-certificates", "iproute2", "curl", "sudo"],
];

/**
 * Makes sure that a disk image of Debian 12 with cloud-init lies in a lab's folder, as Debian publishes them for clouds,
 * but made from its packages, and with one more file in it: the archive of a container image, which a machine without a
 * registry has from the start. Gives its path.
 */
export async function ensureVmImage(labDir: string, archive: string, to: string): Promise<string> {
  const folder = join(import.meta.dirname, "images/vm");
  const setup = await readFile(join(folder, "setup.sh"), "utf8");
  const disk = await readFile(join(folder, "disk.sh"), "utf8");
  const without = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*"];
  const recipe: Recipe = {
    ...({ release: "bookworm", variant: "minbase", packages, without } as const),
    ...{ files: [], setup, config: [] },
  };
  const image = join(labDir, `debian-${recipeId(recipe, disk + archive + to)}.qcow2`);
  if (existsSync(image)) return image;
  await mkdir(labDir, { recursive: true });
  for (const [program, from] of programs) await ensureProgram(program, from);
  await step("a disk image of Debian with cloud-init", "about 3 min", async () => {
    const work = await mkdtemp(join(tmpdir(), "platform-vm-"));
    try {
      const files = await pack(work, [{ path: "/setup.sh", mode: 0o700, content: setup }]);
      const root = join(work, "root.tar");
      const apt = await operatorApt(recipe.release);
      const hooks = [`mkdir -p "$1${dirname(to)}"`, `upload ${archive} ${to}`];
      const more = hooks.map((hook) => `--customize-hook=${hook}`);
      const args = mmdebstrapArguments(recipe, apt, files, root);
      await must("mmdebstrap", [...more, ...args]);
      await must("sh", [join(folder, "disk.sh"), root, image, work], {
        env: { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` },
      });
    } finally {
      await rm(work, { recursive: true });
    }
  });
  return image;
}
