import assert from "node:assert/strict";
import { test } from "node:test";
import { describe, parse } from "../../config.ts";
import { canaries, hostKey, sourceOf, stackSections, type Sections } from "../support/example.ts";

function problemsOf(change: (sections: Sections) => void, secret = true): string[] {
  const sections = stackSections("Pulumi.lab.yaml");
  change(sections);
  const { config, problems } = parse(sourceOf(sections, secret));
  assert.equal(config, undefined);
  return problems.map(({ path, message }) => `${path} ${message}`);
}

const forum = (sections: Sections) => sections["forum"] as Record<string, Record<string, unknown>>;
const host = (sections: Sections) =>
  (sections["hosts"] as Record<string, Record<string, Record<string, unknown>>>)["forum"] ?? {};

test("a good configuration has no problem and its defaults are filled in", () => {
  const { config, problems } = parse(sourceOf(stackSections("Pulumi.lab.yaml")));
  assert.deepEqual(problems, []);
  assert.equal(config?.hosts["forum"]?.port, 22);
  assert.equal(config.hosts["forum"].nginx.dhparam, "ffdhe4096");
  assert.equal(config.forum?.uploadLimit, "10 MiB");
  assert.equal(config.certificates.validityDays, 365);
});

test("a section that is absent or empty is not built", () => {
  const sections = stackSections("Pulumi.lab.yaml");
  (host(sections)["nginx"] as Record<string, unknown>)["redirects"] = [];
  const { config, problems } = parse(sourceOf({ ...sections, forum: {} }));
  assert.deepEqual(problems, []);
  assert.equal(config?.forum, undefined);
});

test("unknown keys are named at every level", () => {
  const problems = problemsOf((sections) => {
    sections["fourm"] = { a: 1 };
    forum(sections)["smpt"] = {};
    (host(sections)["docker"] as Record<string, unknown>)["sorce"] = "debian";
  });
  const advice = "is not an option: correct its name or take it out (docs/options.md lists all)";
  assert.deepEqual(problems.toSorted(), [
    `forum.smpt ${advice}`,
    `fourm ${advice}`,
    `hosts.forum.docker.sorce ${advice}`,
  ]);
});

test("all problems come at once, with their paths", () => {
  const problems = problemsOf((sections) => {
    const options = forum(sections) as Record<string, unknown>;
    options["uploadLimit"] = "10 MB";
    options["hostname"] = "Forum_";
    options["developerEmails"] = [];
    options["smtp"] = { address: "smtp.lab.test", port: 588, password: canaries.password };
    (host(sections) as Record<string, unknown>)["hostKey"] = "ssh-rsa AAAA";
  });
  assert.deepEqual(
    problems.map((line) => line.split(" ")[0]),
    [
      "hosts.forum.hostKey",
      "forum.hostname",
      "forum.developerEmails",
      "forum.smtp.port",
      "forum.smtp.user",
      "forum.uploadLimit",
      "hosts.forum.nginx.redirects.0.hostname", // since the name that it belongs to is wrong
    ],
  );
  assert.match(
    problems.join("\n"),
    /forum\.uploadLimit must be a size such as "10 MiB" \(KiB, MiB or GiB\)/,
  );
});

test("a missing secret says how to set it", () => {
  assert.deepEqual(
    problemsOf((sections) => delete forum(sections)["smtp"]?.["password"]),
    [
      "forum.smtp.password is missing: set it with `pulumi config set --secret --path` and this path",
    ],
  );
});

test("a secret in plain text is refused", () => {
  const advice =
    "is in plain text in the stack file: set it again with `pulumi config set --secret --path`";
  assert.deepEqual(
    problemsOf(() => undefined, false),
    [`forum.smtp.user ${advice}`, `forum.smtp.password ${advice}`],
  );
});

test("no message repeats a secret, however wrong it is", () => {
  for (const wrong of [
    "it's a secret",
    "line\nbreak-secret",
    "12345678",
    "<%secret%>",
    "se cret",
  ]) {
    const problems = problemsOf((sections) => {
      forum(sections)["smtp"] = { address: "smtp.lab.test", user: "x", password: wrong };
    });
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? "", /^forum\.smtp\.password must be 1 to 256 of the characters /);
    assert.ok(!problems.join("").includes(wrong));
  }
});

test("options that contradict each other come in the same list, with the remedy", () => {
  const problems = problemsOf((sections) => {
    Object.assign(forum(sections), {
      host: "elsewhere",
      environment: { DISCOURSE_HOSTNAME: "x" },
      aliases: ["a.lab.test", "forum.lab.test", "a.lab.test"],
      language: "English",
    });
    Object.assign(host(sections)["nginx"] ?? {}, { profile: "compatible", dhparam: "none" });
    sections["certificates"] = { validityDays: 30, renewalDays: 30, days: 1 };
  });
  assert.deepEqual(problems, [
    "certificates.days is not an option: correct its name or take it out (docs/options.md lists all)",
    "certificates.renewalDays must be smaller than validityDays, or each run would renew: " +
      "lower renewalDays or raise validityDays",
    "forum.language must be a locale of Discourse, such as en, de or pt_BR",
    "forum.host names no machine: take one of forum",
    "forum.environment.DISCOURSE_HOSTNAME is set by a typed option of the forum: use that one",
    "forum.aliases.1 is named twice: take one of them out",
    "forum.aliases.2 is named twice: take one of them out",
    "hosts.forum.nginx.redirects.0.hostname is not served there (served: none)",
    "hosts.forum.nginx.dhparam must name a group while `profile` is compatible, which offers DHE; " +
      "or set `profile` to intermediate",
  ]);
});

test("sections of any shape are refused without a crash", () => {
  for (const text of ["1", '"x"', "[1]", "null", "not json"]) {
    const source = new Map([
      ["hosts", { text, secret: false }],
      ["forum", { text, secret: true }],
    ]);
    assert.ok(parse(source).problems.length > 0, text);
  }
});

test("nginx settings cannot override what sites decide", () => {
  const problems = problemsOf((sections) => {
    Object.assign(host(sections)["nginx"] ?? {}, { settings: { proxy_set_header: "X-Real-IP 1" } });
  });
  assert.deepEqual(problems, [
    "hosts.forum.nginx.settings.proxy_set_header is decided by typed options and by the site itself: " +
      "take it out of `settings`",
  ]);
});

test("the message for a person names the stack, counts and lists", () => {
  const text = describe([{ path: "forum.host", message: "names no machine" }], "platform", "lab");
  assert.equal(
    text,
    "the configuration of stack lab has one problem; nothing was changed:\n  platform:forum.host names no machine",
  );
  assert.match(hostKey, /^ssh-ed25519 /);
});
