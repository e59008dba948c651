import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../config.ts";
import { canaries, sourceOf, stackSections, type Sections } from "../support/example.ts";
import { makePems } from "../support/pem.ts";

type Instance = Record<string, unknown>;

function configured(change: (instances: Record<string, Instance>, sections: Sections) => void) {
  const sections = stackSections("Pulumi.gitlab.yaml");
  change(sections["gitlab"]?.["instances"] as Record<string, Instance>, sections);
  return parse(sourceOf(sections));
}

/** All that is wrong with the example's fleet after a change, without the path that all have in common. */
function problemsOf(change: Parameters<typeof configured>[0]): string[] {
  const { config, problems } = configured(change);
  assert.equal(config, undefined);
  return problems.map(({ path, message }) =>
    `${path} ${message}`.replace(/^gitlab\.instances\./, ""),
  );
}

test("the example is good, and a section without instances is not built", () => {
  assert.deepEqual(configured(() => undefined).problems, []);
  const { config } = configured((_, sections) => (sections["gitlab"] = {}));
  assert.equal(config?.gitlab, undefined);
});

test("all that is wrong with a fleet comes at once, each with its path and what to do", () => {
  const problems = problemsOf((instances) => {
    Object.assign(instances["acme"] ?? {}, {
      host: "acme-2",
      extra: { gitlab_rails: { lfs_enabledd: true } },
    });
    Object.assign(instances["birch"] ?? {}, { image: { name: "gitlab/gitlab-ee:latest" } });
    Object.assign(instances["cedar"] ?? {}, { plan: "XXL", settings: { signup: true } });
  });
  assert.deepEqual(problems.toSorted(), [
    "acme.extra.gitlab_rails.lfs_enabledd gitlab_rails['lfs_enabledd'] is no setting of GitLab 18.11.11: is `lfs_enabled` meant?",
    "acme.host names no machine: take one of acme-1, shared-1",
    'birch.image.name "latest" does not name one release for good: take an exact release of the Enterprise Edition, such as 18.11.11-ee.0',
    "cedar.plan must be one of S, M, L, XL, or a size of your own",
    "cedar.settings.signup is not an option: correct its name or take it out (docs/options.md lists all)",
  ]);
});

test("a name leads to one site, whoever else has it", () => {
  const forum = stackSections("Pulumi.forum.yaml")["forum"] ?? {};
  const problems = problemsOf((instances, sections) => {
    Object.assign(instances["birch"] ?? {}, { hostname: "git.acme.example" });
    Object.assign(instances["cedar"] ?? {}, {
      aliases: ["git.cedar.example", "monitoring-portal.org"],
    });
    sections["forum"] = { ...forum, host: "shared-1" };
  });
  assert.deepEqual(problems, [
    "birch.hostname git.acme.example is a name of acme already: take another one",
    "cedar.aliases.0 git.cedar.example is a name of another option of this instance already: take another one",
    "cedar.aliases.1 monitoring-portal.org is a name of the forum already: take another one",
  ]);
});

test("two instances never have the same network or port of a machine", () => {
  assert.deepEqual(
    problemsOf((instances) => {
      Object.assign(instances["birch"] ?? {}, { slot: 4 });
      Object.assign(instances["cedar"] ?? {}, { slot: 4 });
    }),
    [
      "cedar and birch both have slot 4 (10.208.0.64/28) of their machine: set `slot` of one of them, 0 is free",
    ],
  );
  assert.deepEqual(
    problemsOf((instances) => {
      Object.assign(instances["birch"] ?? {}, { ssh: { port: 2222 } });
      Object.assign(instances["cedar"] ?? {}, { ssh: { port: 2222, address: "192.0.2.9" } });
    }),
    [
      "cedar and birch both want port 2222 of their machine: set `ssh.port` or `ssh.address` of one of them",
    ],
  );
  assert.deepEqual(
    problemsOf((instances) => {
      Object.assign(instances["acme"] ?? {}, { slot: 5000 });
    }),
    ["acme.slot must be 4999 at most"],
  );
  const own = problemsOf((instances) => {
    Object.assign(instances["acme"] ?? {}, { ssh: { port: 22 } });
  });
  assert.deepEqual(own, [
    "acme.ssh.port 22 is where the machine's own sshd answers: take another port, or set `ssh.address` to one of its addresses",
  ]);
  const { config } = configured((instances) => {
    Object.assign(instances["acme"] ?? {}, { ssh: { port: 22, address: "192.0.2.9" } });
  });
  assert.equal(config?.gitlab?.instances["acme"]?.ssh.port, 22);
});

test("what confirms another release, or makes another password, has the shape of it", () => {
  assert.deepEqual(
    problemsOf((instances) => {
      Object.assign(instances["acme"] ?? {}, { upgradedFrom: "18.11", passwordEdition: "a b" });
    }).toSorted(),
    [
      "acme.passwordEdition must be one word",
      "acme.upgradedFrom must be a version such as 18.11.11",
    ],
  );
});

test("an image has one archive on a machine", () => {
  const name = "gitlab/gitlab-ee:18.11.11-ee.0";
  const differs = (first: object, second: object) =>
    problemsOf((instances) => {
      Object.assign(instances["birch"] ?? {}, { image: { name, ...first } });
      Object.assign(instances["cedar"] ?? {}, { image: { name, ...second } });
    });
  const message = (one: string) =>
    `cedar.image.archive differs from that of ${one}, which has the same image on the same machine: name the same one, or none, in both`;
  const [x, y] = [{ archive: "/srv/x.tar" }, { archive: "/srv/y.tar" }];
  assert.deepEqual(differs(x, y), [message("birch")]);
  assert.deepEqual(differs({}, y), [message("birch")]);
  assert.deepEqual(differs(x, {}), [message("birch")]);
  assert.deepEqual(differs({ ...x, name: "gitlab/gitlab-ee:latest" }, x), [
    'birch.image.name "latest" does not name one release for good: take an exact release of the Enterprise Edition, such as 18.11.11-ee.0',
  ]); // and nothing of archives, which are of two images
});

test("a plan that cannot work, or that is too big for its machine, is refused with the sum", () => {
  const [tooLittle = ""] = problemsOf((instances) => {
    const plan = instances["cedar"]?.["plan"] as Instance;
    Object.assign(plan, { memory: "6 GiB" });
  });
  assert.match(tooLittle, /^cedar\.plan has 6 GiB of memory and needs \S+ [GM]iB: .*Sidekiq/);
  const [tooMany = ""] = problemsOf((instances) => {
    Object.assign(instances["cedar"]?.["plan"] as Instance, { users: 1001 });
  });
  assert.match(
    tooMany,
    /^cedar\.plan is for 1001 users, and one container ends at 1000: .*reference/,
  );
  const [tooBig, ...more] = problemsOf((instances) => {
    Object.assign(instances["acme"] ?? {}, { plan: "XL" });
  });
  assert.equal(
    tooBig,
    "acme.host acme-1 has 16 GiB of memory, and needs 25 GiB: 24 GiB for its instances, 1 GiB for itself: " +
      "take a larger machine, or another one",
  );
  assert.deepEqual(more, []);
});

test("who is to be alone on a machine is alone there", () => {
  const forum = stackSections("Pulumi.forum.yaml")["forum"] ?? {};
  const advice =
    "give it a machine of its own, or set sharedHost (docs/gitlab.md says what that means)";
  assert.deepEqual(
    problemsOf((instances, sections) => {
      Object.assign(instances["birch"] ?? {}, { isolation: "vm" });
      sections["forum"] = { ...forum, host: "acme-1" };
    }),
    [
      `acme.isolation is vm, so that nobody else is on its machine, and acme-1 also has the forum: ${advice}`,
      `birch.isolation is vm, so that nobody else is on its machine, and shared-1 also has cedar: ${advice}`,
    ],
  );
});

test("a provided certificate has to hold every name of its instance", () => {
  const { certificate: chain, key } = makePems("git.acme.example");
  const problems = problemsOf((instances) => {
    const certificate = { kind: "provided", chain, key, authority: chain };
    Object.assign(instances["acme"] ?? {}, { certificate });
  });
  assert.ok(problems.length > 0);
  for (const line of problems) assert.match(line, /^acme\.certificate\.(?:chain|key|authority) /);
  assert.ok(problems.some((line) => line.includes("registry.acme.example")));
  assert.ok(!problems.some((line) => line.includes("acme.hosting.example.net"))); // it has one of all sites
  assert.ok(!problems.join().includes("PRIVATE KEY"));
});

test("secrets of instances must be encrypted, and each that is not is named", () => {
  const sections = stackSections("Pulumi.gitlab.yaml");
  const { problems } = parse(sourceOf(sections, false));
  assert.deepEqual(problems, [
    {
      path: "gitlab.instances.acme.smtp.password",
      message:
        "is in plain text in the stack file: set it again with `pulumi config set --secret --path`",
    },
  ]);
  assert.ok(!JSON.stringify(problems).includes(canaries.relay));
});

test("a hostile name or customer never gets as far as a file", () => {
  const problems = problemsOf((instances) => {
    Object.assign(instances["acme"] ?? {}, {
      hostname: "git.acme.example'; system('id') #",
      customer: "two\nlines",
      timeZone: "Europe/Berlin'",
      monitors: ["192.0.2.1'"],
    });
    instances["Birch_"] = instances["birch"] ?? {};
    delete instances["birch"];
  });
  assert.deepEqual(problems.map((line) => line.split(" ")[0]).toSorted(), [
    "Birch_",
    "acme.customer",
    "acme.hostname",
    "acme.monitors.0",
    "acme.timeZone",
  ]);
});
