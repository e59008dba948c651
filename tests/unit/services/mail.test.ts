import assert from "node:assert/strict";
import { test } from "node:test";
import { locally } from "../../support/local-script.ts";

/** The plugin's exit code and line, where curl does so; without its time. */
function mail(curl: string, words = ["smtp.example.org", "587"]) {
  return locally(({ run }) => {
    const plugin = ["services/checks/check-mail.sh"];
    const { code, stdout, stderr } = run(plugin, ["--timeout", "5", ...words], {}, { curl });
    assert.equal(stderr, "");
    return [code, stdout.replace(/time=\d+ms/, "time=MS")];
  });
}

/** What curl tells of a talk with a relay. */
const talk = (...lines: string[]) =>
  `printf '%s\\r\\n' ${lines.map((one) => `'${one}'`).join(" ")} >&2`;
const before = ["< 250-smtp.example.org", "< 250-AUTH PLAIN LOGIN", "< 250 STARTTLS", "> STARTTLS"];
const at = "smtp.example.org:587";

test("a relay that takes mail over TLS and offers a login by PLAIN is green", () => {
  assert.deepEqual(
    mail(talk(...before, "< 220 Go on", "< 250-SIZE 1000", "< 250 AUTH LOGIN PLAIN")),
    [0, `MAIL OK: ${at} takes mail over TLS | time=MS\n`],
  );
});

test("what it offers without TLS alone does not count", () => {
  const [plain, other] = ["< 250 SIZE 1000", "< 250 AUTH LOGIN CRAM-MD5"].map((last) =>
    mail(talk(...before, "< 220 Go on", last)),
  );
  const red = [2, `MAIL CRITICAL: ${at} offers no login by PLAIN\n`];
  assert.deepEqual([plain, other], [red, red]);
});

test("why it cannot be reached is told", () => {
  const reasons = {
    6: "it has no address",
    7: "it does not answer",
    28: "it does not answer within 5 s",
    35: "its certificate or TLS is not to be trusted",
    60: "its certificate or TLS is not to be trusted",
    64: "it offers no STARTTLS",
    56: "it breaks off the talk, which ended with 56",
  };
  for (const [code, why] of Object.entries(reasons)) {
    assert.deepEqual(mail(`exit ${code}`), [2, `MAIL CRITICAL: ${at}: ${why}\n`]);
  }
});

test("465 is TLS from the first byte, and a login is never given", () => {
  const curl = `case "$*" in *"-X NOOP smtps://smtp.example.org:465") ${talk("< 250 AUTH PLAIN")} ;; *) exit 9 ;; esac`;
  assert.equal(mail(curl, ["smtp.example.org", "465"])[0], 0);
  assert.deepEqual(mail("exit 0", ["smtp.example.org", "x"]), [
    3,
    "MAIL UNKNOWN: usage: check-mail --timeout SECONDS ADDRESS PORT\n",
  ]);
});
