import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { operatorApt, type Release } from "./images/apt.ts";
import { ensureBaked, recipeId, type Recipe } from "./images/bake.ts";
import { operatorAuthorities } from "./images/trust.ts";

const packages = [
  "systemd",
  "systemd-sysv",
  "dbus",
  "openssh-server",
  "ca-certificates",
  "iproute2",
  "curl",
  "sudo",
];

/**
 * Makes sure that the image of a lab machine exists, a Debian with systemd and sshd that uses
 * the operator's mirror, proxy and certificate authorities, with `more` packages. Gives its name.
 */
export async function ensureMachineImage(
  release: Release,
  more: readonly string[] = [],
): Promise<string> {
  const image = `community-platform/machine:${[release, ...more].join("-")}`;
  const apt = await operatorApt(release);
  const recipe = await machineRecipe(release, await operatorAuthorities(), more);
  await ensureBaked(image, recipeId(recipe, apt), recipe, apt);
  return image;
}

/** The recipe of a machine that trusts these certificate authorities beside Debian's own. */
export async function machineRecipe(
  release: Release,
  authorities: readonly string[],
  more: readonly string[] = [],
): Promise<Recipe> {
  return {
    release,
    variant: "minbase",
    packages: [...packages, ...more],
    without: [],
    files: authorities.map((content, index) => ({
      path: `/usr/local/share/ca-certificates/operator-${index + 1}.crt`,
      mode: 0o644,
      content,
    })),
    setup: await readFile(join(import.meta.dirname, "images/machine/setup.sh"), "utf8"),
    config: ['CMD ["/sbin/init"]', "ENV container=docker"],
  };
}
