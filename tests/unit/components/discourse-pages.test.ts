import assert from "node:assert/strict";
import { test } from "node:test";
import { DiscourseOptions } from "../../../components/discourse/index.ts";
import { forumSite } from "../../../components/discourse/site.ts";

const written = {
  host: "forum",
  hostname: "forum.example.org",
  image: { name: "local_discourse/app:1" },
  developerEmails: ["a@example.org"],
  smtp: { address: "smtp.example.org", user: "u", password: "p-1" },
};

const site = (more: object) => forumSite("forum", DiscourseOptions.parse({ ...written, ...more }));

test("the pages speak the forum's language where they can, or yours", () => {
  assert.equal(site({}).offline.language, "en");
  assert.equal(site({ language: "de" }).offline.title, "Das Forum ist gleich wieder da");
  assert.equal(site({ language: "de" }).maintenance?.page.title, "Das Forum wird gerade gewartet");
  assert.deepEqual(site({ language: "fr" }).maintenance?.page, {
    language: "en",
    title: "The forum is closed for maintenance",
    message: "We open it again as soon as the work is done. Please come back a little later.",
  });
  const words = { title: "Já volta", message: "x" };
  assert.deepEqual(site({ language: "pt_BR", offline: words }).offline, {
    language: "pt-BR",
    ...words,
  });
  const page = { language: "de", contact: "help@example.org" };
  const shown = site({ maintenance: { page } }).maintenance?.page;
  assert.deepEqual(
    [shown?.language, shown?.title, shown?.contact],
    ["de", "Das Forum wird gerade gewartet", "help@example.org"],
  );
});

test("a forum is open, and closed for too long after four hours, without a word", () => {
  const { page, ...rest } = site({}).maintenance ?? {};
  assert.deepEqual(rest, { active: false, testers: [], warnHours: 4 });
  const wanted = { active: true, testers: ["192.0.2.0/24", "2001:db8::7"], warnHours: 48 };
  assert.deepEqual(site({ maintenance: wanted }).maintenance, { ...wanted, page });
});

test("half a page, a language without texts and a contact that is none are refused with what to do", () => {
  const said = (maintenance: object) =>
    DiscourseOptions.safeParse({ ...written, maintenance }).error?.issues.map(
      ({ path, message }) => `${path.join(".")} ${message}`,
    );
  assert.deepEqual(said({ page: { title: "x" } }), [
    "maintenance.page.message goes with `title`: give both, or none for the texts that come along",
  ]);
  assert.deepEqual(said({ page: { language: "fr" } }), [
    "maintenance.page.language has no texts that come along (en, de have): give `title` and `message`",
  ]);
  for (const contact of ["javascript:alert(1)", "ftp://example.org/", "somebody", "https://"]) {
    assert.deepEqual(
      said({ page: { contact } }),
      ["maintenance.page.contact must be a mail address or an http(s) URL"],
      contact,
    );
  }
  assert.equal(said({ page: { contact: "https://status.example.org/?a=b&c" } }), undefined);
  assert.deepEqual(said({ testers: ["office"] }), [
    "maintenance.testers.0 must be an address, or a network such as 192.0.2.0/24",
  ]);
});
