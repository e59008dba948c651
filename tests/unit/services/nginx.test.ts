import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { locally } from "../../support/local-script.ts";

/** What nginx tells of its connections: active ones, the sum of those accepted and handled, and what they do. */
const told = (active: number, accepted: number, handled: number, writing: number) =>
  `printf 'Active connections: ${active} \\nserver accepts handled requests\\n ${accepted} ${handled} 999 \\n` +
  `Reading: 0 Writing: ${writing} Waiting: 3 \\n'`;

/** The plugin's exit code and line, where curl and pgrep do so. */
function nginx(
  curl: string,
  pgrep = "echo 2",
  config = "events {\n  worker_connections 100;\n}\n",
) {
  return locally(({ folder, run }) => {
    writeFileSync(join(folder, "nginx.conf"), config);
    const words = ["--timeout", "5", "-w", "70", "-c", "90"];
    const values = { CONFIG: "$HERE/nginx.conf" };
    const programs = { curl, pgrep };
    const plugin = ["services/checks/check-nginx.sh"];
    const { code, stdout, stderr } = run(plugin, words, values, programs);
    assert.equal(stderr, "");
    return [code, stdout];
  });
}

const data = (percent: number, active: number, writing: number, most = 200, refused = 0) =>
  `used=${percent}%;70;90 active=${active};;;0;${most} writing=${writing} waiting=3 refused=${refused};0 requests=999c\n`;

test("connections are told in percent of what all workers may have, those that are answered twice", () => {
  assert.deepEqual(nginx(told(100, 500, 500, 41)), [
    0,
    `NGINX OK: 141 of 200 connections are used | ${data(70, 100, 41)}`,
  ]);
  assert.deepEqual(nginx(told(100, 500, 500, 42)), [
    1,
    `NGINX WARNING: 142 of 200 connections are used | ${data(71, 100, 42)}`,
  ]);
  assert.deepEqual(nginx(told(150, 500, 500, 32)), [
    2,
    `NGINX CRITICAL: 182 of 200 connections are used | ${data(91, 150, 32)}`,
  ]);
});

test("without a word in its configuration, a worker has as many as nginx gives it", () => {
  assert.deepEqual(nginx(told(1, 5, 5, 1), "echo 0; exit 1", ""), [
    0,
    `NGINX OK: 2 of 512 connections are used | ${data(0, 1, 1, 512)}`,
  ]);
});

test("connections that were refused are told until nginx is started again", () => {
  assert.deepEqual(nginx(told(1, 500, 493, 1)), [
    1,
    `NGINX WARNING: 7 connections were refused since it was started, for there were no more; 2 of 200 connections are used now | ${data(1, 1, 1, 200, 7)}`,
  ]);
});

test("an nginx that does not answer is red, and something else than an answer is not known", () => {
  const refused = "echo 'curl: (7) Failed to connect to 127.0.0.1 port 80' >&2; exit 7";
  assert.deepEqual(nginx(refused), [
    2,
    "NGINX CRITICAL: it does not tell: curl: (7) Failed to connect to 127.0.0.1 port 80\n",
  ]);
  assert.deepEqual(nginx("echo hello"), [
    3,
    "NGINX UNKNOWN: http://127.0.0.1/.platform/connections tells something else: hello\n",
  ]);
});
