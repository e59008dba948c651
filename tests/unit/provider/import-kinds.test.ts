import assert from "node:assert/strict";
import { test } from "node:test";
import { importOf } from "../../../provider/import-id.ts";
import { packages } from "../../../provider/packages.ts";
import { unit } from "../../../provider/unit.ts";
import { hostKey } from "../../support/example.ts";
import { host, manifest, onFakeHost, there, urn, well } from "./fake-host.ts";
import { imported, note, refusal, stands, update } from "./importing.ts";

const unpacked = "2026-01-02T03:04:05Z";
const installed = (id: string) => [
  ["packages", id],
  ["package", "nginx", "1.22.1-9+deb12u1", "install"],
  ["package", "g++", "4:12.2.0-3", "hold"],
  ["changed", id, unpacked],
];

const wanted = {
  packages: ["nginx", { name: "g++", version: "4:12.2.0-3", held: true }],
} as const;

test("packages are imported with their time, at a version where one is wanted, and with their holds", async () => {
  await onFakeHost(async (run, machine) => {
    stands(machine, installed);
    const of = urn("Packages");
    const kept = await imported(run, wanted, of);
    const inputs = {
      host,
      packages: { nginx: "installed", "g++": "4:12.2.0-3" },
      held: ["g++"],
      sources: {},
    };
    assert.deepEqual(kept.inputs, inputs);
    assert.deepEqual(kept.properties, {
      ...{ ...inputs, changedAt: unpacked },
      ...{ imported: note, format: 1 },
    });
    assert.deepEqual(await run.apply(of, inputs, there(await run.refresh(kept)), true), [
      { ...kept, properties: { ...inputs, changedAt: unpacked, format: 1, notedAs: of } },
      update({ imported: "DELETE" }),
    ]);
    machine.change = () => {
      machine.manifest = manifest(...installed(kept.id));
      return well(`unchanged\noutput changedAt ${unpacked}\n`);
    };
    const [noted] = await run.apply(of, inputs, kept);
    const found = there(await run.refresh(there(noted)));
    assert.equal((await run.apply(of, inputs, found))[1].op, "same");
  });
});

test("a package that came or went since shows, and so does the time", async () => {
  await onFakeHost(async (run, machine) => {
    const of = urn("Packages");
    stands(machine, installed);
    const kept = await imported(run, wanted, of);
    stands(machine, (id) => [
      ["packages", id],
      ["package", "g++", "4:12.2.0-4", "install"],
      ["changed", id, "2026-02-02T03:04:05Z"],
    ]);
    const now = there(await run.refresh(kept));
    assert.equal(now.properties["changedAt"], "2026-02-02T03:04:05Z");
    assert.deepEqual((await run.apply(of, kept.inputs, now, true))[1].changes, {
      imported: "DELETE",
      "packages.nginx": "ADD",
      'packages["g++"]': "UPDATE",
      "held[0]": "ADD",
    });
  });
});

test("packages that are not there, at another version or not on hold are refused by name", async () => {
  await onFakeHost(async (run, machine) => {
    const of = urn("Packages");
    stands(machine, installed);
    const existing = {
      packages: ["curl", { name: "nginx", version: "1.0", held: true }],
    };
    assert.equal(
      await refusal(run, existing, of),
      "nothing was imported: curl is not installed; nginx is installed as 1.22.1-9+deb12u1, not as 1.0; " +
        "nginx is not on hold",
    );
    assert.match(await refusal(run, { packages: ["No"] }, of), /"No" is not a package's name/);
    const { errors } = await run.ask("Read", {
      ...{ urn: of },
      id: `ssh://root@192.0.2.7/?host=web&release=bookworm&hostKey=${hostKey}&package=a1&held=b1`,
    });
    assert.match(errors?.[0] ?? "", /nothing was imported: held b1 is not among the packages$/);
  });
});

test("a package source in the program is one more thing for up to do, and shows", async () => {
  await onFakeHost(async (run, machine) => {
    const of = urn("Packages");
    stands(machine, installed);
    const kept = await imported(run, wanted, of);
    const source = { text: "Types: deb\n", keyUrl: "https://a", fingerprint: "A".repeat(40) };
    const inputs = { ...kept.inputs, sources: { docker: source } };
    const { changes } = (await run.apply(of, inputs, kept, true))[1];
    assert.deepEqual(changes, { imported: "DELETE", "sources.docker": "ADD" });
  });
});

test("a unit is imported as it is, whatever only the program can say", async () => {
  await onFakeHost(async (run, machine) => {
    const of = urn("Unit");
    stands(machine, (id) => [["unit", id, "a.service", "enabled", "inactive"]]);
    const kept = await imported(run, { unit: "a.service" }, of);
    const inputs = { host, unit: "a.service", enabled: true, active: false };
    assert.deepEqual(kept.inputs, inputs);
    assert.deepEqual(kept.properties, { ...inputs, imported: note, format: 1 });
    const more = { ...inputs, ready: "true", restartAfter: unpacked };
    assert.deepEqual((await run.apply(of, more, kept, true))[1], update({ imported: "DELETE" }));
    const other = { ...more, enabled: false, active: true };
    assert.deepEqual((await run.apply(of, other, kept, true))[1].changes, {
      ...{ imported: "DELETE", enabled: "UPDATE", active: "UPDATE" },
    });
    stands(machine, (id) => [["unit", id, "a.service", "not-found", "inactive"]]);
    const gone = there(await run.refresh(kept));
    assert.equal((await run.apply(of, more, gone, true))[1].changes["enabled"], "UPDATE");
  });
});

test("a unit that is masked and failed is imported as off, without a mark of its own", async () => {
  await onFakeHost(async (run, machine) => {
    stands(machine, (id) => [["unit", id, "a.service", "masked", "failed"]]);
    const { inputs, properties } = await imported(run, { unit: "a.service" }, urn("Unit"));
    const off = { host, unit: "a.service", enabled: false, active: false };
    assert.deepEqual(inputs, off);
    assert.deepEqual(properties, { ...off, imported: note, format: 1 });
  });
});

test("a unit that is not there, and more than one, are refused", async () => {
  await onFakeHost(async (run, machine) => {
    const of = urn("Unit");
    stands(machine, (id) => [["unit", id, "a.service", "not-found", "inactive"]]);
    assert.equal(
      await refusal(run, { unit: "a.service" }, of),
      "nothing was imported: there is no unit a.service on the machine",
    );
    const { errors } = await run.ask("Read", {
      ...{ urn: of },
      id:
        `ssh://root@192.0.2.7/?host=web&release=bookworm&hostKey=${hostKey}` +
        "&unit=a.service&unit=b.service",
    });
    assert.match(errors?.[0] ?? "", /nothing was imported: unit must be a unit with its suffix/);
  });
});

test("the form that is shown ends as the kind wants it", () => {
  const shown = (kind: typeof unit) => {
    try {
      importOf("", kind.importing ?? assert.fail("it can be imported"));
    } catch (error) {
      return String(error).split("\n")[1]?.split("AAAA…")[1];
    }
    return undefined;
  };
  assert.equal(shown(packages), "&package=nginx&package=curl");
  assert.equal(shown(unit), "&unit=nginx.service");
});
