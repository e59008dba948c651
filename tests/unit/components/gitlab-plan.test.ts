import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  budget,
  hostProblem,
  planNames,
  planProblem,
  plans,
  watchesItself,
  type Size,
} from "../../../components/gitlab/plan.ts";
import { bytes } from "../../../formats/size.ts";

const gib = bytes("1 GiB");

test("the plans are these", () => {
  const rows = planNames.map((name) => {
    const { users, cpus, memoryBytes, puma, sidekiq, sharedBuffersBytes, diskBytes } = plans[name];
    const [memory, buffers, disk] = [memoryBytes, sharedBuffersBytes, diskBytes].map(
      (one) => one / gib,
    );
    return [name, users, cpus, memory, puma, sidekiq, buffers, disk];
  });
  assert.deepEqual(rows, [
    ["S", 20, 2, 8, 2, 10, 0.5, 40],
    ["M", 100, 4, 12, 3, 15, 1, 100],
    ["L", 500, 8, 16, 5, 20, 2, 250],
    ["XL", 1000, 8, 24, 8, 20, 4, 500],
  ]);
  for (const name of planNames) {
    assert.equal(planProblem(plans[name]), undefined, name);
    assert.deepEqual([plans[name].shmBytes, plans[name].pids], [268_435_456, 8192]);
  }
  assert.deepEqual(
    planNames.map((name) => watchesItself(plans[name])),
    [false, true, true, true],
  );
});

test("a budget is the sum of its parts", () => {
  assert.deepEqual(budget(plans.S), {
    needed: 7776 * bytes("1 MiB"),
    parts: [
      { what: "Gitaly, Workhorse, Redis, nginx and the rest", bytes: bytes("1536 MiB") },
      { what: "2 workers of Puma", bytes: bytes("2400 MiB") },
      { what: "Sidekiq", bytes: bytes("1536 MiB") },
      { what: "PostgreSQL's shared buffers", bytes: bytes("512 MiB") },
      { what: "shared memory", bytes: bytes("256 MiB") },
      { what: "a command of gitlab-rails or a backup", bytes: gib },
      { what: "cached files", bytes: bytes("512 MiB") },
    ],
  });
  assert.deepEqual(
    planNames.map((name) => budget(plans[name]).needed / bytes("1 MiB")),
    [7776, 9788, 13_212, 18_860],
  );
});

const but = (change: Partial<Size>): string | undefined => planProblem({ ...plans.M, ...change });

test("a size whose memory is too little is refused with the sum", () => {
  assert.equal(
    planProblem({ ...plans.S, memoryBytes: 7 * gib }),
    "has 7 GiB of memory and needs 7776 MiB: 1536 MiB for Gitaly, Workhorse, Redis, nginx and the rest, 2400 MiB for " +
      "2 workers of Puma, 1536 MiB for Sidekiq, 512 MiB for PostgreSQL's shared buffers, 256 MiB for shared memory, " +
      "1 GiB for a command of gitlab-rails or a backup, 512 MiB for cached files",
  );
});

test("more than 1000 users are referred to the vendor's architectures", () => {
  assert.equal(planProblem({ ...plans.XL, users: 1000 }), undefined);
  assert.equal(
    planProblem({ ...plans.XL, users: 1001 }),
    "is for 1001 users, and one container ends at 1000: more need several machines, for which the vendor has reference " +
      "architectures (docs/gitlab.md)",
  );
});

test("what GitLab cannot work with is refused", () => {
  assert.equal(
    but({ puma: 1 }),
    "has fewer than 2 workers of Puma (1): one request that takes long would stop all others",
  );
  assert.equal(but({ puma: 5 }), "has 5 workers of Puma on 4 processors");
  assert.equal(
    but({ users: 101 }),
    "has 3 workers of Puma for 101 users, and the plan L, which is for so many, has 5",
  );
  for (const sidekiq of [4, 21]) {
    assert.equal(but({ sidekiq }), `has ${sidekiq} threads of Sidekiq: one process takes 5 to 20`);
  }
  assert.equal(
    but({ sharedBuffersBytes: bytes("3073 MiB") }),
    "has shared buffers of more than a quarter of its memory",
  );
  assert.equal(but({ sharedBuffersBytes: bytes("255 MiB") }), "has shared buffers below 256 MiB");
  assert.equal(
    but({ shmBytes: bytes("64 MiB") }),
    "has shared memory below 256 MiB, where metrics are lost",
  );
  assert.equal(but({ pids: 4095 }), "allows 4095 processes and threads, and GitLab needs 4096");
  assert.equal(but({ diskBytes: bytes("19 GiB") }), "has a disk below 20 GiB");
  assert.equal(but({ cpus: 1.5, puma: 2, users: 20 }), undefined);
});

test("no size is taken whose parts are more than its memory", () => {
  const sizes = fc.record({
    users: fc.integer({ min: 1, max: 1000 }),
    cpus: fc.integer({ min: 1, max: 64 }),
    memoryBytes: fc.integer({ min: 1, max: 64 * 1024 }).map((mib) => mib * bytes("1 MiB")),
    puma: fc.integer({ min: 0, max: 64 }),
    sidekiq: fc.integer({ min: 1, max: 50 }),
    sharedBuffersBytes: fc.integer({ min: 1, max: 16_384 }).map((mib) => mib * bytes("1 MiB")),
    diskBytes: fc.constant(40 * gib),
    shmBytes: fc.constant(bytes("256 MiB")),
    pids: fc.constant(8192),
  });
  fc.assert(
    fc.property(sizes, (size) => {
      const { needed, parts } = budget(size);
      assert.equal(
        needed,
        parts.reduce((sum, part) => sum + part.bytes, 0),
      );
      if (needed > size.memoryBytes) assert.notEqual(planProblem(size), undefined);
    }),
  );
});

test("instances have to fit on their machine", () => {
  const { S, M, L } = plans;
  assert.equal(hostProblem([S, M], { memoryBytes: 21 * gib, cpus: 4 }), undefined);
  assert.equal(
    hostProblem([S, M], { memoryBytes: 20 * gib, cpus: 4 }),
    "has 20 GiB of memory, and needs 21 GiB: 8 GiB + 12 GiB for its instances, 1 GiB for itself",
  );
  assert.equal(
    hostProblem([S, L], { memoryBytes: 64 * gib, cpus: 4 }),
    "has 4 processors, and an instance on it has 8",
  );
  assert.equal(hostProblem([S, S], { memoryBytes: 17 * gib, cpus: 2 }), undefined);
  assert.equal(hostProblem([L], {}), undefined);
  assert.equal(hostProblem([], { memoryBytes: bytes("512 MiB"), cpus: 1 }), undefined);
});
