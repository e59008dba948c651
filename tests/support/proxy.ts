import assert from "node:assert/strict";
import { Nginx, NginxOptions } from "../../components/nginx/index.ts";
import * as forum from "./forum.ts";
import { exampleHost } from "./host.ts";
import { deploy } from "./deploy.ts";
import { applyOn, inOrder, runOn } from "./scripts.ts";

/** The machine that serves the tests' forum, and its image. */
export const { machine, image } = await forum.forumMachine();
const name = forum.hostname;

/** The forum's certificate and proxy; `more` are options of the forum. */
export const proxy =
  (options: object = {}, more: object = {}) =>
  () => {
    const host = exampleHost();
    forum.certificate(host);
    const sites = [forum.site(image, more)];
    new Nginx("proxy", { host, sites, options: NginxOptions.parse(options) });
  };

/** Redirects of the tests' proxy. */
export const redirects = [
  { hostname: name, from: "/old-forum/", to: "https://archive.lab.test/a/" },
  { hostname: name, from: "/wiki", to: "https://wiki.lab.test/?x=1", status: 302 },
];

/** Applies certificate and proxy; gives how the last command went. */
export async function apply(options: object = {}, more: object = {}) {
  const { results } = await applyOn(machine, proxy(options, more), forum.tlsOutputs);
  return results.at(-1) ?? assert.fail("nothing was run");
}

/** Takes away what was put there, also by other test files of this run. */
export async function remove(): Promise<void> {
  const { resources } = await deploy(proxy(), false, forum.tlsOutputs);
  for (const resource of inOrder(resources).toReversed()) {
    const { code, stderr } = await runOn(machine, resource, "delete");
    assert.equal(code, 0, `${resource.name}: ${stderr}`);
  }
}

/** What curl on the machine prints for a path of the site, with the given arguments before it. */
export function ask(path: string, args = "", port = 443): Promise<string> {
  const scheme = port === 443 ? "https" : "http";
  const pins = ["127.0.0.1", "[::1]"]
    .map((at) => `--resolve ${name}:${port}:${at}`)
    .at(args.includes("-6") ? 1 : 0);
  return machine.succeed(
    `curl -sS --max-time 20 --cacert /run/ca.pem ${pins ?? ""} ${args} '${scheme}://${name}${path}'`,
  );
}

/** The status that the site answers for a path. */
export const status = (path: string, args = "", port = 443) =>
  ask(path, `-o /dev/null -w '%{http_code}' ${args}`, port);

/** Runs the stand-in, and puts the tests' authority where curl finds it. */
export async function runForum(): Promise<void> {
  await machine.succeed("cat > /run/ca.pem", forum.pems.authority);
  await forum.runStandin(machine, image.name, "STANDIN_BOOT_SECONDS=0");
}
