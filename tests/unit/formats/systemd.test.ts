import assert from "node:assert/strict";
import { test } from "node:test";
import { commandLine, timedUnits, unitText } from "../../../formats/systemd.ts";

test("a unit is its sections in order, and a percent sign is one", () => {
  const text = unitText({
    Unit: [["Description", "100% of it"]],
    Service: [
      ["Type", "oneshot"],
      ["ExecStart", ["/bin/echo", "a b", "$HOME", "50%"]],
    ],
  });
  assert.equal(
    text,
    '[Unit]\nDescription=100%% of it\n\n[Service]\nType=oneshot\nExecStart=/bin/echo "a b" $$HOME 50%%\n',
  );
});

test("words of a command are quoted as systemd reads them", () => {
  for (const [argv, line] of [
    [["/bin/a", "", ";"], '/bin/a "" ";"'],
    [["/bin/a", 'say "x"', "back\\slash"], String.raw`/bin/a "say \"x\"" "back\\slash"`],
    [["/bin/a", "it's", "${A}"], '/bin/a "it\'s" "$${A}"'],
  ] as const) {
    assert.equal(commandLine(argv), line);
  }
});

test("what would be read as something else is refused", () => {
  assert.throws(() => commandLine(["echo"]), /"echo" is no absolute path of a program/);
  assert.throws(() => commandLine(["-/bin/echo"]), RangeError);
  assert.throws(() => commandLine(["/bin/echo", "a\nb"]), /cannot hold a line break/);
  assert.throws(() => unitText({ Unit: [["Description", "a\\"]] }), /cannot stand in one line/);
  assert.throws(() => unitText({ Unit: [["Description", "a\nExecStart=/bin/x"]] }), RangeError);
  assert.throws(() => unitText({ Unit: [["De scription", "a"]] }), /is no directive of a unit/);
  assert.throws(() => unitText({ "a]": [] }), /is no section of a unit/);
});

test("a job and its timer are two files", () => {
  const files = timedUnits("platform-look", {
    description: "Looks 100 %",
    unit: [["After", "nginx.service"]],
    service: [["ExecStart", ["/usr/local/sbin/look", "a b"]]],
    timer: [["OnCalendar", "daily"]],
  });
  assert.deepEqual(files, [
    {
      path: "/etc/systemd/system/platform-look.service",
      content:
        "[Unit]\nDescription=Looks 100 %%\nAfter=nginx.service\n\n" +
        '[Service]\nType=oneshot\nExecStart=/usr/local/sbin/look "a b"\n',
    },
    {
      path: "/etc/systemd/system/platform-look.timer",
      content:
        "[Unit]\nDescription=Looks 100 %%\n\n[Timer]\nOnCalendar=daily\n\n" +
        "[Install]\nWantedBy=timers.target\n",
    },
  ]);
});
