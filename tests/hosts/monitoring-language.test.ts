import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import fc from "fast-check";
import { Macros, render, type Statement, value } from "../../formats/icinga.ts";
import { goldenText, installIcinga, nasty, readByIcinga } from "../support/icinga.ts";
import { testMachine } from "../support/machine.ts";

const machine = await testMachine("monitor");

describe("Icinga's language", () => {
  before(() => installIcinga(machine));

  test("the real Icinga takes the golden file, and names the line of what is wrong", async () => {
    const { code, stdout } = await readByIcinga(machine, goldenText);
    assert.equal(code, 0, stdout);
    const wrong = await readByIcinga(machine, goldenText.replace(/"stack-check_http"$/m, '"none"'));
    assert.equal(wrong.code, 1);
    assert.match(wrong.stdout, /Object 'none' of type 'CheckCommand' does not exist/);
    assert.match(wrong.stdout, /Location: in \/srv\/icinga-language\/file\.conf: \d+:\d+/);
  });

  test("the real Icinga reads any text as it was", async () => {
    const words = fc.string({ unit: "binary" }).filter((one) => !one.includes("\0"));
    const list = [nasty, ...fc.sample(words, 300)];
    const script = `log(LogCritical, "read", Json.encode(${value(list)}))\n`;
    const { code, stdout } = await readByIcinga(machine, script);
    assert.equal(code, 0, stdout);
    const [, json = ""] = /critical\/read: (\[.*\])$/m.exec(stdout) ?? assert.fail(stdout);
    assert.deepEqual(JSON.parse(json), list);
  });

  test("a plugin gets its words as they were given, and macros only where they are meant", async () => {
    const said = "/srv/icinga-language/words";
    await machine.succeed(
      `cat >/usr/local/bin/tell-words; chmod 0755 /usr/local/bin/tell-words; rm -f ${said}`,
      `#!/bin/sh\nprintf '%s\\0' "$TEXT" "$@" >${said}.new\nmv ${said}.new ${said}\n`,
    );
    const words = ["$host.name$", "", "5$", nasty, "a b;c", "-x"];
    const command = { value: new Macros("$words$"), skip_key: true };
    const statements: Statement[] = [
      { type: "CheckerComponent", name: "checker", attributes: {} },
      {
        type: "CheckCommand",
        name: "tell",
        attributes: {
          command: ["/usr/local/bin/tell-words", "$first$"],
          arguments: { words: command, "--name": new Macros("$host.name$-$$") },
          env: { TEXT: nasty },
        },
      },
      {
        type: "Host",
        name: "one",
        attributes: { check_command: "tell", check_interval: 1, vars: { words } },
      },
    ];
    const running = readByIcinga(machine, render(statements), 8);
    const told = await machine.waitUntilSucceeds(`cat ${said}`);
    await running;
    assert.deepEqual(told.split("\0").slice(0, -1), [
      nasty,
      "$first$",
      "--name",
      "one-$",
      ...words,
    ]);
  });
});
