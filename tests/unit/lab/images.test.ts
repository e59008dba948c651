import assert from "node:assert/strict";
import { test } from "node:test";
import { ensureGitlabImage, gitlabFiles, gitlabRoot } from "../../../lab/gitlab-image.ts";
import { mmdebstrapArguments, recipeId } from "../../../lab/images/bake.ts";
import { machineRecipe } from "../../../lab/machine-image.ts";
import { standinRecipe } from "../../../lab/standin-image.ts";

const apt = {
  sources: ["deb http://mirror.test/debian bookworm main"],
  settings: ['Acquire::Check-Date "false";'],
};

test("a machine is made from the operator's mirror, with systemd and sshd", async () => {
  const recipe = await machineRecipe("bookworm", []);
  assert.deepEqual(mmdebstrapArguments(recipe, apt, "/t/files.tar", "/t/root.tar"), [
    "--quiet",
    "--hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr",
    "--variant=minbase",
    "--include=systemd,systemd-sysv,dbus,openssh-server,ca-certificates,iproute2,curl,sudo",
    '--aptopt=Acquire::Check-Date "false";',
    "--customize-hook=tar-in /t/files.tar /",
    '--customize-hook=chroot "$1" /bin/sh /setup.sh && rm "$1/setup.sh"',
    "bookworm",
    "/t/root.tar",
    "deb http://mirror.test/debian bookworm main",
  ]);
});

test("a machine may have more packages than the usual ones, and is another image then", async () => {
  const [usual, more] = [
    await machineRecipe("bookworm", []),
    await machineRecipe("bookworm", [], ["python3", "python3-apt"]),
  ];
  assert.deepEqual(more.packages, [...usual.packages, "python3", "python3-apt"]);
  assert.notEqual(recipeId(more, apt), recipeId(usual, apt));
});

test("each authority of the operator becomes a file that update-ca-certificates reads", async () => {
  const { files } = await machineRecipe("trixie", ["one", "two"]);
  assert.deepEqual(files, [
    { path: "/usr/local/share/ca-certificates/operator-1.crt", mode: 0o644, content: "one" },
    { path: "/usr/local/share/ca-certificates/operator-2.crt", mode: 0o644, content: "two" },
  ]);
});

test("a machine's id changes with its release, authorities and mirror", async () => {
  const plain = await machineRecipe("bookworm", []);
  const ids = [
    recipeId(plain, apt),
    recipeId(await machineRecipe("trixie", []), apt),
    recipeId(await machineRecipe("bookworm", ["one"]), apt),
    recipeId(plain, { ...apt, settings: [] }),
  ];
  assert.equal(new Set(ids).size, 4);
  assert.equal(recipeId(await machineRecipe("bookworm", []), apt), ids[0]);
});

test("the stand-in says in its labels what it is, and boots as the real image does", async () => {
  const { config, files } = await standinRecipe();
  assert.deepEqual(config, [
    'CMD ["/sbin/boot"]',
    "LABEL org.opencontainers.image.title=discourse-standin",
    'LABEL org.opencontainers.image.description="A stand-in for the Discourse container that ' +
      'keeps its contract for tests; it is not Discourse"',
  ]);
  assert.deepEqual(
    files.map(({ path, mode }) => [path, mode]),
    [
      ["/usr/sbin/boot", 0o755],
      ["/usr/lib/python3/dist-packages/outside.py", 0o644],
      ["/usr/bin/psql", 0o755],
      ["/usr/local/bin/discourse", 0o755],
      ["/usr/local/bin/rails", 0o755],
      ["/usr/local/bin/rake", 0o755],
    ],
  );
});

test("the stand-in for GitLab EE has upstream's command, volumes, ports and commands", async () => {
  const { config, variant } = await gitlabRoot();
  const files = await gitlabFiles();
  assert.equal(variant, "essential");
  assert.deepEqual(config.slice(0, 3), [
    'CMD ["/assets/init-container"]',
    'VOLUME ["/etc/gitlab", "/var/opt/gitlab", "/var/log/gitlab"]',
    "EXPOSE 443 80 22",
  ]);
  assert.ok(config.includes("LABEL org.opencontainers.image.title=gitlab-ee-standin"));
  assert.deepEqual(
    files.filter(({ mode }) => mode === 0o755).map(({ path }) => path),
    [
      ...["backup", "ctl", "healthcheck", "psql", "rails", "rake"].map(
        (name) => `/opt/gitlab/bin/gitlab-${name}`,
      ),
      "/opt/gitlab/embedded/service/gitlab-shell/bin/gitlab-shell",
      "/assets/init-container",
    ],
  );
  const others = files.filter(({ mode }) => mode !== 0o755).map(({ path }) => path);
  assert.ok(others.every((path) => /^\/(?:opt\/gitlab\/standin|assets)\//.test(path)));
});

test("the stand-in for GitLab EE is made for releases alone", async () => {
  await assert.rejects(ensureGitlabImage("/nowhere", "latest"), /latest is no release of GitLab/);
});
