import assert from "node:assert/strict";
import { after, before, suite } from "node:test";
import { testMachine } from "../support/machine.ts";
import { idOf, repositories, runPackages, traceless, type Wanted } from "../support/packages.ts";

const machine = await testMachine("components");
const root = "file:///srv/repository";
const { owner, stranger } = await repositories(machine);
const good = { uri: `${root}/good`, key: `${root}/owner.asc`, fingerprint: owner };
const tiny: Wanted = { packages: { tiny: "" }, sources: { tiny: good } };

/** Runs the script, which must succeed; gives what it said but for the output at the end. */
async function run(verb: "apply" | "remove", wanted: Wanted): Promise<string> {
  const { code, stdout, stderr } = await runPackages(machine, verb, wanted);
  assert.equal(code, 0, stderr);
  return stdout.replace(/^output .*\n/m, "");
}

const apply = (wanted: Wanted) => run("apply", wanted);
const remove = (wanted: Wanted) => run("remove", wanted);
const note = (path: string) => machine.succeed(`cat /var/lib/platform/packages/${path}`);
const files = () =>
  machine.succeed(
    "ls /etc/apt/sources.list.d /etc/apt/keyrings /var/cache | grep platform || true",
  );

traceless(machine, "what a source needs is installed before it, and all goes again", async () => {
  assert.equal(await apply(tiny), "installed gpg\nadded the package source tiny\ninstalled tiny\n");
  assert.equal(await note("installed"), "gpg\ntiny\n");
  assert.equal(await note(`wanted/${idOf("a")}`), "tiny\nca-certificates\ncurl\ngpg\n");
  const digest = (await machine.succeed("sha256sum </srv/repository/owner.asc")).slice(0, 64);
  assert.equal(await note(`sources/${idOf("a")}`), `tiny\t${owner}\t${digest}\n`);
  assert.equal(await files(), "platform-tiny.asc\nplatform-tiny.sources\n");
  assert.equal(await apply(tiny), "unchanged\n");
  await machine.succeed("apt-get -qq update --error-on=any");
  assert.match(
    await remove(tiny),
    /^removed gpg tiny\nremoved .*gpgconf.*, which nothing needs any more\nremoved the package source tiny\n$/,
  );
  assert.equal(await remove(tiny), "");
  await machine.fail("test -e /root/.gnupg");
  await machine.succeed("dpkg -l | awk '/^rc/ { print $2 }' | xargs dpkg --purge"); // what apt keeps
});

suite("where gpg is installed already, and apt has no other source", () => {
  const [off, on] = ["mv /etc/apt/sources.list{,.off}", "mv /etc/apt/sources.list{.off,}"];
  before(() => machine.succeed(`apt-get -qq install --no-install-recommends gpg; ${off}`));
  after(() => machine.succeed(`${on}; apt-get -qq purge --autoremove gpg`));

  const refused = async (source: typeof good) => {
    const wanted = { ...tiny, sources: { tiny: good, bad: source } };
    const { code, stderr } = await runPackages(machine, "apply", wanted);
    assert.equal(code, 1);
    assert.equal(await files(), "");
    await machine.succeed("apt-get -qq update --error-on=any");
    assert.equal(await remove(wanted), "");
    return stderr;
  };

  traceless(machine, "a key that is not the one expected is refused", async () => {
    const learn =
      "so nothing was changed: learn from the owner of the package source bad which one is right\n";
    assert.equal(
      await refused({ ...good, fingerprint: stranger }),
      `components: tools: at ${root}/owner.asc lies ${owner} instead of the key ${stranger}, ${learn}`,
    );
    assert.equal(
      await refused({ ...good, key: `${root}/good/Release` }),
      "gpg: no valid OpenPGP data found.\n" +
        `components: tools: at ${root}/good/Release lies no key instead of the key ${owner}, ${learn}`,
    );
    assert.match(
      await refused({ ...good, key: `${root}/nowhere.asc` }),
      /components: tools: the key of the package source bad could not be fetched from file:.*nowhere\.asc \(see above\)/,
    );
  });

  for (const [bad, words] of [
    ["unsigned", /^E: The repository 'file:\S+ \.\/ Release' is not signed\.\n/],
    ["tampered", /^E: Failed to fetch file:\S+ {2}Hash Sum mismatch\n/],
    ["foreign", /\nE: The repository 'file:\S+ \.\/ InRelease' is not signed\.\n/],
    ["absent", /^E: The repository 'file:\S+ \.\/ Release' does not have a Release file\.\n/],
  ] as const) {
    traceless(
      machine,
      `a repository that is ${bad} is refused, and apt goes on working`,
      async () => {
        const said = await refused({ ...good, uri: `${root}/${bad}` });
        assert.match(said, words);
        assert.equal(
          said.split("\n").at(-2),
          "components: tools: the package source bad was refused (see above), so nothing was changed: it could not be " +
            `reached, is not signed by the key ${owner}, or is damaged`,
        );
      },
    );
  }

  traceless(machine, "a key that is not text is taken as well", async () => {
    const wanted = { ...tiny, sources: { tiny: { ...good, key: `${root}/owner.gpg` } } };
    assert.equal(await apply(wanted), "added the package source tiny\ninstalled tiny\n");
    assert.equal(await apply(wanted), "unchanged\n");
    await remove(wanted);
  });

  traceless(machine, "a source that apt cannot have beside another one is refused", async () => {
    const list = "/etc/apt/sources.list.d/mine.list";
    await machine.succeed(
      `echo 'deb [signed-by=/srv/repository/owner.asc] ${root}/good ./' >${list}`,
    );
    const { code, stderr } = await runPackages(machine, "apply", tiny);
    assert.equal(code, 1);
    assert.match(stderr, /^E: Conflicting values set for option Signed-By regarding source file:/);
    assert.equal(
      stderr.split("\n").at(-2),
      "components: tools: apt cannot have the new package sources beside the others (see above): remove one or the other",
    );
    await machine.succeed("apt-get -qq update --error-on=any");
    await remove(tiny);
    await machine.succeed(`rm ${list}`);
  });

  traceless(machine, "a source that leaves the list goes, and one may take its place", async () => {
    await apply(tiny);
    const renamed = { ...tiny, sources: { other: good } };
    assert.equal(
      await apply(renamed),
      "removed the package source tiny\nadded the package source other\n",
    );
    assert.equal(await files(), "platform-other.asc\nplatform-other.sources\n");
    assert.equal(await apply({ packages: { tiny: "" } }), "removed the package source other\n");
    assert.equal(await files(), "");
    await machine.fail("test -e /var/lib/platform/packages/sources");
    assert.equal(await remove({ packages: { tiny: "" } }), "removed tiny\n");
  });

  traceless(
    machine,
    "what was changed by hand is put right, and a refusal keeps what was",
    async () => {
      await apply(tiny);
      for (const drift of [
        "echo >>/etc/apt/keyrings/platform-tiny.asc",
        "chmod 600 /etc/apt/keyrings/platform-tiny.asc",
        "rm /etc/apt/sources.list.d/platform-tiny.sources",
        "sed -i 's/^Signed.*/Trusted: yes/' /etc/apt/sources.list.d/platform-tiny.sources",
      ]) {
        await machine.succeed(drift);
        assert.equal(await apply(tiny), "added the package source tiny\n", drift);
        assert.equal(await apply(tiny), "unchanged\n", drift);
      }
      const worse = { ...tiny, sources: { tiny: { ...good, uri: `${root}/foreign` } } };
      assert.equal((await runPackages(machine, "apply", worse)).code, 1);
      assert.equal(await apply(tiny), "unchanged\n");
      await remove(tiny);
    },
  );

  traceless(machine, "a source belongs to the last who asked for it", async () => {
    const next = { ...tiny, owner: "b" };
    await apply(tiny);
    assert.equal(await apply(next), "unchanged\n");
    assert.match(await note(`sources/${idOf("b")}`), /^tiny\t/);
    assert.equal(await remove(tiny), "");
    assert.equal(await apply(next), "unchanged\n");
    assert.equal(await remove(next), "removed tiny\nremoved the package source tiny\n");
  });
});
