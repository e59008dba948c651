import assert from "node:assert/strict";
import { test } from "node:test";
import { renderImportId, type Thing } from "../../../formats/import-id.ts";
import { importFiles } from "../../../provider/import-files.ts";
import { importOf } from "../../../provider/import-id.ts";
import { hostKey } from "../../support/example.ts";

const host = {
  ...{ name: "web", address: "192.0.2.7", port: 22, user: "root", hostKey },
  ...{ instance: "1", release: "bookworm" },
};
const motd: Thing[] = [["file", "/etc/motd"]];
const good = renderImportId(host, motd);

/** The whole message with which an id is refused. */
function refused(id: string, ...faults: readonly string[]): void {
  const message =
    `the import id is refused, and no machine was asked: ${faults.join("; ")}. It has the form\n` +
    "  ssh://root@192.0.2.7:22/?host=web&release=bookworm&hostKey=ssh-ed25519%20AAAA…" +
    "&file=/etc/motd&secret=/etc/web.key&absent=/etc/motd.old\n" +
    "and `importId` of components/host makes it (docs/import.md)";
  assert.throws(() => importOf(id, importFiles), { message });
}

const missing = (field: string) =>
  `\`${field}\` is missing or not what a host's ${field} looks like`;

test("a good id says the machine and the things", () => {
  assert.deepEqual(importOf(good, importFiles), { host, things: motd });
});

test("what is no id at all is answered with the form", () => {
  for (const id of ["a", "/etc/motd", good.replace("ssh:", "https:")]) {
    refused(id, "it is no URL of this form");
  }
});

test("all that is missing is named at once", () => {
  refused(
    "ssh://root@192.0.2.7/?instance=1",
    "`host` is missing or not what a host's name looks like",
    "`hostKey` must be the machine's public host key, such as `ssh-ed25519 AAAA…`: without it no connection is made",
    missing("release"),
    "it names nothing to import (`file`, `secret`, `absent`)",
  );
});

test("a wrong field is named, and what stands in it is not repeated", () => {
  refused(good.replace("release=bookworm", "release=12"), missing("release"));
  refused(
    good.replace("root@", "root:secret@"),
    "the user is missing or not what a host's user looks like",
  );
  refused(
    good.replace("192.0.2.7", "a~b"),
    "the address is missing or not what a host's address looks like",
  );
  refused(good.replace("instance=1", "instance=%00"), missing("instance"));
  refused(`${good}&host=mail`, "`host` stands there twice");
  refused(`${good}&files=/etc/a&files=/etc/b`, "`files` is none of its fields");
  refused(
    renderImportId(host, [["unit", "nginx.service"]]),
    "`unit` is none of its fields",
    "it names nothing to import (`file`, `secret`, `absent`)",
  );
});
