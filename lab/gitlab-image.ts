import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imagesPath } from "./containers.ts";
import { docker, ensureDocker } from "./docker.ts";
import { operatorApt } from "./images/apt.ts";
import { ensureBaked, pack, recipeId, type Recipe, type RecipeFile } from "./images/bake.ts";
import { step } from "./progress.ts";
import { imagesFolder, type ImageArchive } from "./standin-image.ts";

/** The release of GitLab that the stand-in is made for when nobody names another. */
export const gitlabVersion = "18.11.11";

const base = "gitlab-ee-standin:base";
const folder = join(import.meta.dirname, "images/gitlab");
const home = "/opt/gitlab/standin";

/** Where the files of `images/gitlab/` are in the image; what is not named here is Ruby in the stand-in's folder. */
const places: Readonly<Record<string, string>> = {
  "init-container": "/assets/init-container",
  sshd_config: "/assets/sshd_config",
  "schema.sql": `${home}/schema.sql`,
  "gitlab-shell": "/opt/gitlab/embedded/service/gitlab-shell/bin/gitlab-shell",
};

const packages = [
  ...["ruby", "ruby-mixlib-config", "ruby-pg", "ruby-webrick", "runit", "postgresql-15", "nginx"],
  ...["fcgiwrap", "spawn-fcgi", "git", "openssh-server", "openssh-client", "curl", "procps"],
];

/** LLVM would be for a compiler that PostgreSQL is told not to use; the rest nobody reads in a container. */
const without = [
  ...["doc", "man", "locale", "info", "i18n", "ri", "perl/*/unicore"].map(
    (folder) => `/usr/share/${folder}/*`,
  ),
  ...["libLLVM*", "libz3*", "perl/*/CORE/*.h"].map((files) => `/usr/lib/*/${files}`),
  ...["/usr/lib/postgresql/15/lib/bitcode/*", "/usr/lib/git-core/git-remote-ftp*"],
];

/**
 * Makes sure that the stand-in for the image of GitLab EE of that version is built and lies as an archive in the lab's
 * images folder; archives of that version from older recipes are removed there.
 */
export async function ensureGitlabImage(
  labDir: string,
  version: string = gitlabVersion,
): Promise<ImageArchive> {
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`${version} is no release of GitLab`);
  const [root, files] = [await gitlabRoot(), await gitlabFiles()];
  const name = `gitlab-ee-standin:${version}-ee.0`;
  const images = imagesFolder(labDir);
  const file = `gitlab-ee-standin-${version}-${recipeId(root, files)}.tar`;
  const archive = { name, archive: join(imagesPath, file) };
  if (existsSync(join(images, file))) return archive;

  await ensureDocker(labDir);
  await ensureBaked(base, recipeId(root), root, await operatorApt(root.release));
  await mkdir(images, { recursive: true });
  await step(`saving ${name} for the machines`, "some seconds", async () => {
    await finish(name, version, files);
    const unfinished = join(images, `.${file}`);
    await docker(["save", `--output=${unfinished}`, name]);
    await rename(unfinished, join(images, file));
  });
  for (const other of await readdir(images)) {
    const older = other.replace(/^\./, "").startsWith(`gitlab-ee-standin-${version}-`);
    if (older && other !== file) await rm(join(images, other));
  }
  return archive;
}

/** Puts our files, the name and the environment of one version on the baked root: a change of ours bakes nothing anew. */
async function finish(name: string, version: string, files: readonly RecipeFile[]): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "platform-gitlab-"));
  const container = (await docker(["create", base])).trim();
  try {
    const input = await readFile(await pack(work, files));
    await docker(["cp", "-", `${container}:/`], { input });
    const change = `--change=ENV GITLAB_STANDIN_VERSION=${version}`;
    await docker(["commit", change, container, name]);
  } finally {
    await docker(["rm", container]);
    await rm(work, { recursive: true });
  }
}

/** The recipe of the root: Debian's Ruby, PostgreSQL, nginx, OpenSSH and git with upstream's users, folders and services. */
export async function gitlabRoot(): Promise<Recipe> {
  const description =
    "A stand-in for the image of GitLab EE that keeps its contract for tests; it is not GitLab";
  return {
    ...{ release: "bookworm", variant: "essential", packages, without, files: [] },
    setup: await readFile(join(folder, "setup.sh"), "utf8"),
    config: [
      'CMD ["/assets/init-container"]',
      'VOLUME ["/etc/gitlab", "/var/opt/gitlab", "/var/log/gitlab"]',
      "EXPOSE 443 80 22",
      "ENV LANG=C.UTF-8",
      "HEALTHCHECK --interval=60s --timeout=30s --retries=5 CMD /opt/gitlab/bin/gitlab-healthcheck --fail --max-time 10",
      "LABEL org.opencontainers.image.title=gitlab-ee-standin",
      `LABEL org.opencontainers.image.description="${description}"`,
    ],
  };
}

/** What is ours in the image. */
export async function gitlabFiles(): Promise<readonly RecipeFile[]> {
  const names = (await readdir(folder)).filter((name) => name !== "setup.sh").sort();
  return Promise.all(
    names.map(async (name) => {
      const ruby = `${home}/${name}`;
      const path = places[name] ?? (name.endsWith(".rb") ? ruby : `/opt/gitlab/bin/${name}`);
      const mode = name.includes(".") || name === "sshd_config" ? 0o644 : 0o755;
      return { path, mode, content: await readFile(join(folder, name), "utf8") };
    }),
  );
}
