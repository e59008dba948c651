import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { AppFile, appFile, appText, imageId } from "../../../components/discourse-image/app.ts";
import {
  gigabytes,
  sharedBuffers,
  webWorkers,
} from "../../../components/discourse-image/scaling.ts";
import { freeParams, hooks } from "../../../components/discourse-image/templates.ts";
import type { Size } from "../../../formats/size.ts";
import { akismet, imageWanted } from "../../support/launcher.ts";

test("app.yml has everything in quotes and in a fixed order", () => {
  const wanted = imageWanted(
    {
      version: "v2026.7.1",
      base: "discourse/base:2.0.20260803-0122",
      templates: ["enable-ruby-yjit.yml"],
      params: { db_work_mem: "40MB", conn_per_ip: "40" },
      environment: { RUBY_GC_HEAP_INIT_SLOTS: "0755" },
      plugins: [akismet],
      hooks: { after_code: [{ commands: ["echo \"a\\b\"\necho 'c'"] }], before_web: [] },
      run: [{ directory: "$home", commands: ["true", "echo $version"] }],
    },
    { memory: "8 GiB" },
  );
  const [head, ...lines] = appText(wanted).split("\n");
  assert.match(head ?? "", /^# Written by the community platform: a change by hand goes/);
  assert.deepEqual(lines.slice(1), [
    '"templates":',
    ...["postgres.18", "redis", "web", "web.ratelimited", "web.socketed"].map(
      (name) => `  - "templates/${name}.template.yml"`,
    ),
    '  - "templates/enable-ruby-yjit.yml"',
    '"base_image": "discourse/base:2.0.20260803-0122"',
    '"expose": []',
    '"links": []',
    '"params":',
    '  "conn_per_ip": "40"',
    '  "db_shared_buffers": "2048MB"',
    '  "db_work_mem": "40MB"',
    '  "upload_size": "10485760"',
    '  "version": "v2026.7.1"',
    '"env":',
    '  "DISCOURSE_HOSTNAME": "forum.example.org"',
    '  "LANG": "en_US.UTF-8"',
    '  "RUBY_GC_HEAP_INIT_SLOTS": "0755"',
    '"volumes":',
    '  - "volume":',
    '      "host": "/var/discourse/shared/standalone"',
    '      "guest": "/shared"',
    '  - "volume":',
    '      "host": "/var/discourse/shared/standalone/log/var-log"',
    '      "guest": "/var/log"',
    '"hooks":',
    '  "after_code":',
    '    - "exec":',
    '        "cd": "$home/plugins"',
    '        "cmd":',
    `          - "git clone --quiet --no-checkout ${akismet.repository} discourse-akismet"`,
    `          - "git -C discourse-akismet checkout --quiet --detach ${akismet.commit}"`,
    '    - "exec":',
    '        "cmd":',
    `          - "echo \\"a\\\\b\\"\\necho 'c'"`,
    '"run":',
    '  - "exec":',
    '      "cd": "$home"',
    '      "cmd":',
    '        - "true"',
    '        - "echo $version"',
    "",
  ]);
});

const plain = fc.stringMatching(/^[A-Za-z0-9_@%+=:,./-]{1,40}$/);
const code = fc
  .array(fc.constantFrom(...Array.from("\t\n abcYN019_:#&*!|>'\"%@`{}[],.?-~<=\\/")), {
    minLength: 1,
  })
  .map((letters) => letters.join(""));
const step = fc.record({ commands: fc.array(code, { minLength: 1, maxLength: 3 }) });

test("whatever the options, readers of YAML 1.1 and 1.2 find the same strict file", () => {
  const options = fc.record({
    version: fc.constantFrom("esr", "latest", "release/2026.10", "v2026.7.1", "1".repeat(40)),
    postgres: fc.constantFrom(13, 15, 18),
    params: fc.dictionary(fc.constantFrom(...freeParams), fc.stringMatching(/^[\w.:/%+-]{1,64}$/)),
    environment: fc.dictionary(fc.constantFrom("NO", "Y", "ON", "NULL", "LC_TIME"), plain),
    hooks: fc.dictionary(fc.constantFrom(...hooks), fc.array(step, { maxLength: 2 })),
    run: fc.array(step, { maxLength: 2 }),
  });
  fc.assert(
    fc.property(options, (more) => {
      const wanted = imageWanted(more);
      const [old, now] = (["1.1", "1.2"] as const).map(
        (version) => parse(appText(wanted), { version }) as unknown,
      );
      assert.deepEqual(old, now);
      assert.deepEqual(AppFile.parse(now), now);
      assert.deepEqual(now, JSON.parse(JSON.stringify(appFile(wanted))));
    }),
    { numRuns: 40 },
  );
});

test("a value of the environment arrives as it is: by the launcher's `read`, and by discourse.conf", () => {
  const line = /^\s*([a-z_]+[a-z0-9_]*)\s*=\s*("([^"]*)"|'([^']*)'|[^#]*)/;
  fc.assert(
    fc.property(plain, (value) => {
      const { env } = appFile(imageWanted({ environment: { DISCOURSE_CDN_URL: value } }));
      const given = env["DISCOURSE_CDN_URL"] ?? "";
      const readByShell = given.replace(/^[ \t\n]+|[ \t\n]+$/g, "").replaceAll("\\", "");
      const [, , , , read] = line.exec(`cdn_url = '${readByShell}'`) ?? [];
      assert.equal(read, value);
    }),
  );
});

test("what a launcher would take for something else never gets into the file", () => {
  const file = appFile(imageWanted());
  const refused: readonly (readonly [string, object])[] = [
    ["another template", { templates: ["templates/web.ssl.template.yml"] }],
    ["no database", { templates: ["templates/web.template.yml"] }],
    ["two databases", { templates: [...file.templates, "templates/postgres.15.template.yml"] }],
    ["one twice", { templates: [...file.templates, "templates/web.template.yml"] }],
    ["a published port", { expose: ["80:80"] }],
    ["no volume", { volumes: [] }],
    ["another key", { docker_args: "--privileged" }],
    ["a number", { params: { upload_size: 10 } }],
    ["a line break in a variable", { env: { A: "x\n--privileged" } }],
    ["a step that pups does not know", { hooks: { after_cod: [] } }],
    ["a text that splits the file", { run: [{ exec: { cmd: ["echo _FILE_SEPERATOR_"] } }] }],
  ];
  assert.ok(AppFile.safeParse(file).success);
  for (const [what, change] of refused) {
    assert.ok(!AppFile.safeParse({ ...file, ...change }).success, what);
  }
});

test("the id of an image changes with what its build reads, and with nothing else", () => {
  const id = imageId(imageWanted());
  assert.match(id, /^[0-9a-f]{12}$/);
  const same = [
    imageWanted({}, { environment: { DISCOURSE_HOSTNAME: "other.example.org" } }),
    imageWanted({ minutes: 90 }),
    imageWanted({ repository: "https://mirror.example.org/discourse_docker.git" }),
    imageWanted({ hooks: { after_web: [] } }),
  ];
  for (const wanted of same) assert.equal(imageId(wanted), id);
  const others = [
    imageWanted({ commit: "f".repeat(40) }),
    imageWanted({ edition: "2026-12" }),
    imageWanted({ version: "latest" }),
    imageWanted({ postgres: 15 }),
    imageWanted({ environment: { LC_TIME: "C" } }),
    imageWanted({ environment: { LC_TIME: "D" } }),
    imageWanted({ plugins: [akismet] }),
    imageWanted({}, { uploadLimit: "20 MiB" }),
    imageWanted({}, { memory: "8 GiB" }),
    imageWanted({}, { shared: "/var/discourse/shared/other" }),
  ].map(imageId);
  assert.equal(new Set([id, ...others]).size, others.length + 1);
  const [one, other] = ["db_work_mem", "conn_per_ip"];
  const params = { [one]: "4", [other]: "5" };
  const turned = { [other]: "5", [one]: "4" };
  assert.equal(imageId(imageWanted({ params })), imageId(imageWanted({ params: turned })));
});

test("workers and buffers are those of Discourse's wizard", () => {
  const cases: readonly (readonly [Size, number, string, number, number])[] = [
    ["512 MiB", 0, "128MB", 1, 1],
    ["945 MiB", 1, "128MB", 2, 2], // 990 MB
    ["1 GiB", 1, "128MB", 2, 2],
    ["2 GiB", 2, "256MB", 4, 4],
    ["3 GiB", 3, "768MB", 2, 8],
    ["4 GiB", 4, "1024MB", 2, 8],
    ["8 GiB", 8, "2048MB", 2, 8],
    ["16 GiB", 17, "4096MB", 2, 8],
    ["64 GiB", 68, "4096MB", 2, 8],
  ];
  for (const [memory, memoryGb, buffers, withOne, withFour] of cases) {
    assert.equal(gigabytes(memory), memoryGb, memory);
    assert.equal(sharedBuffers(memory), buffers, memory);
    assert.deepEqual([webWorkers(memory, 1), webWorkers(memory, 4)], [withOne, withFour], memory);
  }
  assert.equal(webWorkers("8 GiB", 3), 6);
});
