import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigSet, DataDirectory, Packages } from "../../../components/host/index.ts";
import { deploy } from "../../support/deploy.ts";
import { exampleHost, hostInputs } from "../../support/host.ts";

test("a data directory is for root and its group, and has no limit, unless it is said otherwise", async () => {
  for (const preview of [false, true]) {
    const { list, resource } = await deploy(() => {
      const host = exampleHost();
      new DataDirectory("plain", { host, path: "/srv/plain" });
      new DataDirectory("other", { host, path: "/srv/other", mode: "2770", owner: "1000:33" });
    }, preview);
    assert.deepEqual(list, ["host:index:DataDirectory other", "host:index:DataDirectory plain"]);
    const plain = { path: "/srv/plain", mode: "0750", owner: "root:root" };
    assert.deepEqual(resource("plain").inputs, { ...hostInputs(), ...plain });
    const other = { path: "/srv/other", mode: "2770", owner: "1000:33" };
    assert.deepEqual(resource("other").inputs, { ...hostInputs(), ...other });
    assert.deepEqual(resource("other").dependsOn, ["plain"]);
    assert.equal(resource("other").options.version, "1.0.0");
  }
});

test("a quota brings its tools first, beside the directory", async () => {
  const { list, resource } = await deploy(() => {
    const host = exampleHost();
    const parent = new Packages("parent", { host, packages: ["jq"] });
    new DataDirectory("data", { host, path: "/srv/data", quota: "50 GiB" }, { parent });
    new DataDirectory("more", { host, path: "/srv/more", quota: "1 GiB" });
  });
  assert.deepEqual(list, [
    "host:index:DataDirectory data",
    "host:index:DataDirectory more",
    "host:index:Packages data-quota",
    "host:index:Packages more-quota",
    "host:index:Packages parent",
  ]);
  assert.deepEqual(resource("data-quota").inputs["packages"], { quota: "installed" });
  assert.deepEqual(
    ["data-quota", "data", "more-quota"].map((name) => resource(name).parent),
    ["parent", "parent", ""],
  );
  assert.deepEqual(resource("data").dependsOn, ["data-quota"]);
  assert.equal(resource("data").inputs["quota"], "50 GiB");
});

test("a path is data or a file, of one resource; files inside data are a set's business", async () => {
  await deploy(() => {
    const host = exampleHost();
    const set = (name: string, path: string) =>
      new ConfigSet(name, { host, files: [{ path, content: "" }] });
    new DataDirectory("first", { host, path: "/srv/data" });
    set("inside", "/srv/data/app.yml");
    const message =
      "second: /srv/data on forum belongs to first already: take it out of one of the two";
    assert.throws(() => new DataDirectory("second", { host, path: "/srv/data" }), { message });
    assert.throws(() => set("second", "/srv/data"), { message });
  });
});
