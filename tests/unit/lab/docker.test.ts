import assert from "node:assert/strict";
import { test } from "node:test";
import { adviceWithoutRoot } from "../../../lab/docker.ts";

test("somebody who may not use a running Docker is told about its group", () => {
  const advice = adviceWithoutRoot("Got permission denied while trying to connect to the daemon");
  assert.match(advice, /^Docker runs, but this user may not use it/m);
  assert.doesNotMatch(advice, /apt-get/);
});

test("somebody without Docker is told what to install", () => {
  assert.match(
    adviceWithoutRoot("there is no docker command"),
    /apt-get install docker\.io iptables/,
  );
});
