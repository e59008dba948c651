import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { installBrowser, keepShot, openPage, type View } from "../support/browser.ts";
import * as forum from "../support/forum.ts";
import { apply, ask, machine, runForum } from "../support/proxy.ts";

const program = "/usr/local/sbin/platform-maintenance";
const url = `https://${forum.hostname}/`;
const contact = "https://status.lab.test/?a=b&c";

const views: readonly (View & { readonly name: string; readonly corner: readonly number[] })[] = [
  { name: "desktop", width: 1280, height: 800, dark: false, corner: [0xf3, 0xf6, 0xf9] },
  { name: "phone", width: 390, height: 844, dark: true, corner: [0x16, 0x20, 0x2a] },
];

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core says of a page in the browser: what it objects to, and what it found good. */
async function judged(html: string, view: View): Promise<{ bad: string[]; good: string[] }> {
  const script =
    '<script src="axe.js"></script><script>axe.run().then(({ violations, passes }) => {' +
    "const [bad, good] = [violations, passes].map((list) => list.map(({ id }) => id));" +
    'document.body.innerHTML = "<pre>" + JSON.stringify({ bad, good }) + "</pre>"; });</script>';
  // The copy must not leave for another page while it is judged; what axe says of the refresh, we know.
  const copy = html
    .replace(/<meta http-equiv="refresh"[^>]*>/, "")
    .replace("</body>", `${script}</body>`);
  await machine.succeed("cat >/run/axe.js", axe);
  await machine.succeed("cat >/run/axe.html", copy);
  const [, text] =
    /<pre>(\{.*\})<\/pre>/.exec(await openPage(machine, "file:///run/axe.html", view)) ?? [];
  return JSON.parse(text ?? assert.fail("axe said nothing")) as { bad: string[]; good: string[] };
}

/** Looks at what a visitor gets, in each view. */
async function looksWell(page: string, words: readonly RegExp[]): Promise<void> {
  const html = await ask("/", "-H 'X-Forwarded-For: 203.0.113.5'");
  for (const { name, corner, ...view } of views) {
    const shown = await openPage(machine, url, view);
    for (const word of words) assert.match(shown, word);
    assert.doesNotMatch(shown, /<script/);
    const shot = await keepShot(machine, `${page}-${name}`);
    assert.deepEqual(shot, { size: [view.width, view.height], corner }, `${page} ${name}`);
    const { bad, good } = await judged(html, view);
    assert.deepEqual(bad, [], `${page} ${name}`);
    for (const rule of ["color-contrast", "document-title", "html-has-lang", "landmark-one-main"]) {
      assert.ok(good.includes(rule), `${rule} of ${page} ${name}: ${good.join(" ")}`);
    }
  }
}

test("the maintenance page is right and accessible in a browser, wide and narrow, light and dark", async () => {
  await runForum();
  const page = {
    contact,
    title: "Wartung <heute>",
    message: 'Bis "gleich" & später.',
    language: "de",
  };
  const { code, stderr } = await apply(
    { trustedProxies: ["127.0.0.1"] },
    { maintenance: { page } },
  );
  assert.equal(code, 0, stderr);
  await installBrowser(machine);
  await machine.succeed(`${program} on forum anna@desk`);
  await looksWell("maintenance", [
    /<html lang="de">/,
    /<title>Wartung &lt;heute&gt;<\/title>/,
    /<h1>Wartung &lt;heute&gt;<\/h1>/,
    /<p>Bis "gleich" &amp; später\.<\/p>/,
    /<a href="https:\/\/status\.lab\.test\/\?a=b&amp;c">https:\/\/status\.lab\.test\/\?a=b&amp;c<\/a>/,
  ]);
  await machine.succeed(`${program} off forum`);
});

test("the offline page is, too, and the forum is there when it is back", async () => {
  await forum.setMode(machine, "app-down");
  await looksWell("offline", [
    /<html lang="en">/,
    /<title>The forum will be back in a moment<\/title>/,
    /<h1>The forum will be back in a moment<\/h1>/,
    /<meta http-equiv="refresh" content="30">/,
  ]);
  await forum.setMode(machine, "ok");
  assert.match(
    await openPage(machine, url, { width: 800, height: 600, dark: false }),
    /discourse-standin/,
  );
});
