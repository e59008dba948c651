import assert from "node:assert/strict";
import { before } from "node:test";
import { testMachine } from "../support/machine.ts";
import { idOf, repositories, runPackages, traceless, type Wanted } from "../support/packages.ts";

const machine = await testMachine("components");
const good = "file:///srv/repository/good";
const list = "/etc/apt/sources.list.d/tiny.list";

before(async () => {
  await repositories(machine);
});

/** A test where the only source of the machine is the administrator's own, with tiny packages; all comes back. */
function spec(name: string, body: () => Promise<void>) {
  traceless(machine, name, async () => {
    await machine.succeed(
      `mv /etc/apt/sources.list{,.off}; echo 'deb [trusted=yes] ${good} ./' >${list}`,
    );
    try {
      await body();
    } finally {
      await machine.succeed(`mv /etc/apt/sources.list{.off,}; rm ${list}`);
    }
  });
}

/** Runs the script, which must succeed; gives what it said but for the output at the end. */
async function run(verb: "apply" | "remove", wanted: Wanted): Promise<string> {
  const { code, stdout, stderr } = await runPackages(machine, verb, wanted);
  assert.equal(code, 0, stderr);
  const output = /^output changedAt 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ\n/m;
  assert.equal(output.test(stdout), verb === "apply");
  return stdout.replace(output, "");
}

const apply = (wanted: Wanted) => run("apply", wanted);
const remove = (wanted: Wanted) => run("remove", wanted);

/** Runs the script, which must be refused; gives its last words. */
async function refusal(wanted: Wanted): Promise<string> {
  const { code, stderr } = await runPackages(machine, "apply", wanted);
  assert.equal(code, 1);
  return stderr;
}

const note = (path: string) => machine.succeed(`cat /var/lib/platform/packages/${path}`);
const versionOf = (name: string) => machine.succeed(`dpkg-query -W -f '\${Version}' ${name}`);
const holds = () => machine.succeed("apt-mark showhold");

spec("packages that were not there are installed, and only those are removed again", async () => {
  const wanted = { packages: { curl: "", tiny: "" } };
  assert.equal(await apply(wanted), "installed tiny\n");
  assert.equal(await note("installed"), "tiny\n");
  assert.equal(await note(`wanted/${idOf("a")}`), "curl\ntiny\n");
  assert.equal(await apply(wanted), "unchanged\n");
  assert.equal(await remove(wanted), "removed tiny\n");
  assert.equal(await remove(wanted), "");
  await machine.succeed("curl --version");
  await machine.fail("test -e /var/lib/platform/packages");
});

spec(
  "a package that does not exist is named, and removing what failed leaves nothing",
  async () => {
    const wanted = { packages: { "no-such-package": "" } };
    assert.match(
      await refusal(wanted),
      /^E: Unable to locate package no-such-package\ncomponents: tools: `apt-get` failed \(see above\): look at/,
    );
    assert.equal(await remove(wanted), "");
  },
);

spec("a package whose installation failed half-way goes as well", async () => {
  const wanted = { packages: { "tiny-broken": "" } };
  assert.match(
    await refusal(wanted),
    /\ncomponents: tools: `apt-get` failed \(see above\): look at/,
  );
  assert.match(await machine.succeed("dpkg --audit"), /tiny-broken/);
  assert.match(await refusal(wanted), /\ncomponents: tools: `dpkg` failed \(see above\): look at/);
  assert.equal(await remove(wanted), "removed tiny-broken\n");
});

spec("what was killed while it was unpacked is installed anew, or goes", async () => {
  const wanted = { packages: { "tiny-fragile": "" } };
  const kill = async () => {
    await machine.succeed("touch /run/kill");
    assert.match(await refusal(wanted), /\ncomponents: tools: `apt-get` failed \(see above\)/);
    await machine.succeed("rm /run/kill");
    assert.match(await machine.succeed("dpkg --audit"), /must be reinstalled/);
  };
  await kill();
  assert.equal(await apply(wanted), "installed tiny-fragile\n");
  assert.equal(await remove(wanted), "removed tiny-fragile\n");
  await kill();
  assert.equal(await remove(wanted), "removed tiny-fragile\n");
});

spec("a version is kept exactly: installed, upgraded, downgraded", async () => {
  const tiny = (version: string) => ({ packages: { tiny: version } });
  assert.equal(await apply(tiny("1.0")), "installed tiny=1.0\n");
  assert.equal(await apply(tiny("1.0")), "unchanged\n");
  assert.equal(await note(`wanted/${idOf("a")}`), "tiny\t1.0\n");
  assert.equal(await apply(tiny("1.1")), "installed tiny=1.1\n");
  assert.equal(await apply(tiny("")), "unchanged\n");
  assert.equal(await apply(tiny("1.0")), "installed tiny=1.0\n");
  assert.equal(await versionOf("tiny"), "1.0");
  await machine.succeed("apt-get -qq upgrade"); // as unattended upgrades do
  assert.equal(await apply(tiny("1.0")), "installed tiny=1.0\n");
  assert.equal(await note("installed"), "tiny\n");
  await remove(tiny("1.0"));
});

spec("an unknown version is answered with those that there are", async () => {
  const advice = "correct the version or the sources, then run again";
  assert.equal(
    await refusal({ packages: { tiny: "2.0" } }),
    `components: tools: the package sources have no tiny 2.0 but only 1.1, 1.0: ${advice}\n`,
  );
  assert.equal(
    await refusal({ packages: { huge: "2.0" } }),
    `components: tools: the package sources have no huge 2.0 and no other: ${advice}\n`,
  );
  await machine.fail("test -e /var/lib/platform/packages/installed");
  await remove({ packages: { huge: "2.0" } });
});

spec("the output is the time when the newest of the packages was unpacked", async () => {
  const wanted = { packages: { tiny: "", "tiny-base": "", libc6: "" } };
  await apply(wanted);
  const changedAt = async () => (await runPackages(machine, "apply", wanted)).stdout;
  const touch = (time: string, name: string) =>
    machine.succeed(`touch -d '${time} UTC' /var/lib/dpkg/info/${name}.list`);
  await touch("2026-01-02 03:04:05", "tiny-base");
  await touch("2025-01-02 03:04:05", "tiny");
  await touch("2024-01-02 03:04:05", "libc6:amd64");
  assert.equal(await changedAt(), "unchanged\noutput changedAt 2026-01-02T03:04:05Z\n");
  await touch("2026-02-02 03:04:05", "libc6:amd64");
  assert.equal(await changedAt(), "unchanged\noutput changedAt 2026-02-02T03:04:05Z\n");
  await remove(wanted);
});

spec("a package that two want stays until nobody wants it", async () => {
  const first = { packages: { tiny: "" } };
  const second = { ...first, owner: "b" };
  assert.equal(await apply(first), "installed tiny\n");
  assert.equal(await apply(second), "unchanged\n");
  assert.equal(await remove(first), "");
  assert.equal(await versionOf("tiny"), "1.1");
  assert.equal(await remove(second), "removed tiny\n");
});

spec("a package that leaves the list goes, even when what comes does not bear it", async () => {
  await apply({ packages: { tiny: "", "tiny-base": "" } });
  await apply({ owner: "b", packages: { "tiny-base": "" } });
  assert.equal(
    await apply({ packages: { "tiny-rival": "" } }),
    "removed tiny\ninstalled tiny-rival\n",
  );
  assert.equal(await versionOf("tiny-base"), "1.0");
  await remove({ packages: { "tiny-rival": "" } });
  await remove({ owner: "b", packages: { "tiny-base": "" } });
});

spec("what conflicts is refused, and never throws out others", async () => {
  await apply({ packages: { tiny: "" } });
  const rival = { owner: "b", packages: { "tiny-rival": "" } };
  assert.match(
    await refusal(rival),
    /^E: Packages need to be removed but remove is disabled\.\ncomponents: tools: `apt-get` failed \(see above\)/,
  );
  assert.equal(await versionOf("tiny"), "1.1");
  await remove(rival);
  await remove({ packages: { tiny: "" } });
});

spec("what other packages need stays, and goes with the last of them", async () => {
  const base = { packages: { "tiny-base": "" } };
  const needs = { owner: "b", packages: { "tiny-needs": "" } };
  await apply(base);
  await apply(needs);
  assert.equal(await remove(base), "kept tiny-base, for other packages need it\n");
  assert.equal(await versionOf("tiny-base"), "1.0");
  // Now apt keeps it for another package's sake only. Wanted again, it outlives that one.
  assert.equal(await apply(base), "unchanged\n");
  assert.equal(await remove(needs), "removed tiny-needs\n");
  assert.equal(await versionOf("tiny-base"), "1.0");
  assert.equal(await remove(base), "removed tiny-base, which nothing needs any more\n");
});

spec("packages are held against upgrades, and released by the last who holds them", async () => {
  const first = { packages: { tiny: "1.0" }, held: ["tiny"] };
  const second = { ...first, owner: "b" };
  assert.equal(await apply(first), "installed tiny=1.0\nheld tiny\n");
  assert.equal(await apply(second), "unchanged\n");
  await machine.succeed("apt-get -qq upgrade");
  assert.equal(await versionOf("tiny"), "1.0");
  const newer = { packages: { tiny: "1.1" }, held: ["tiny"] };
  assert.equal(await apply(newer), "installed tiny=1.1\n");
  assert.equal(await holds(), "tiny\n");
  assert.equal(await apply({ packages: { tiny: "" } }), "unchanged\n");
  assert.equal(await holds(), "tiny\n");
  await machine.succeed("apt-mark unhold tiny");
  assert.equal(await apply({ ...second, packages: { tiny: "" } }), "held tiny\n");
  assert.equal(await apply({ owner: "b", packages: { tiny: "" } }), "released tiny\n");
  await apply({ ...newer, owner: "b" });
  await remove(first);
  assert.equal(await remove(second), "released tiny\nremoved tiny\n");
});

spec("a hold of the administrator stays, and so does what it holds", async () => {
  await machine.succeed("apt-get -qq update; apt-get -qq install tiny=1.0; apt-mark hold tiny");
  const wanted = { packages: { tiny: "" }, held: ["tiny"] };
  assert.equal(await apply(wanted), "unchanged\n");
  assert.equal(await remove(wanted), "");
  assert.equal(await holds(), "tiny\n");
  await machine.succeed("apt-mark unhold tiny; apt-get -qq remove tiny");
  await apply({ packages: { tiny: "" } });
  await machine.succeed("apt-mark hold tiny");
  assert.equal(await remove({ packages: { tiny: "" } }), "kept tiny, for it is on hold\n");
  assert.equal(await holds(), "tiny\n");
  await machine.succeed("apt-mark unhold tiny; apt-get -qq remove tiny");
});

spec("apt waits for whoever holds one of its locks", async () => {
  const hold =
    'use Fcntl; open(F, ">/var/lib/apt/lists/lock"); $whole = pack("s s l! l! i", F_WRLCK, 0, 0, 0, 0); ' +
    'fcntl(F, F_SETLK, $whole) or die; open(G, ">/run/held"); sleep 5; unlink "/run/held"';
  const holder = machine.succeed(`perl -e '${hold}'`);
  await machine.waitUntilSucceeds("test -e /run/held");
  await apply({ packages: { tiny: "" } });
  await machine.fail("test -e /run/held");
  await holder;
  await remove({ packages: { tiny: "" } });
});
