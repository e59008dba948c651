import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { DockerEngine, DockerEngineOptions } from "../../components/docker-engine/index.ts";
import { Packages } from "../../components/host/index.ts";
import { ensureGitlabImage } from "../../lab/gitlab-image.ts";
import { must } from "../../lab/process.ts";
import type { ImageArchive } from "../../lab/standin-image.ts";
import { ensureVenv } from "../../lab/venv.ts";
import { exampleHost } from "./host.ts";
import { testLab, testMachine, type TestMachine } from "./machine.ts";
import { applyOn } from "./scripts.ts";

/** A machine with Docker Engine, on which the image of the stand-in for GitLab EE is loaded. */
export async function gitlabMachine(
  name: string,
): Promise<{ machine: TestMachine; image: ImageArchive }> {
  const image = await ensureGitlabImage(testLab);
  const machine = await testMachine(name);
  const { results } = await applyOn(machine, () => {
    const host = exampleHost();
    const options = DockerEngineOptions.parse({ source: "debian" });
    new DockerEngine("engine", { host, options }).loadImage("gitlab", image, {});
    new Packages("tools", { host, packages: ["curl", "jq"] });
  });
  for (const { name: what, code, stderr } of results) assert.equal(code, 0, `${what}: ${stderr}`);
  return { machine, image };
}

/** A gitlab.rb behind an nginx of ours, in the words of before 19.2: the machine is the proxy and may ask for the health. */
export const standinRb = `external_url 'https://gitlab.lab.test'
nginx['listen_port'] = 80
nginx['listen_https'] = false
nginx['hsts_max_age'] = 0
nginx['real_ip_trusted_addresses'] = ['10.64.0.0/24']
nginx['real_ip_header'] = 'X-Forwarded-For'
letsencrypt['enable'] = false
registry_external_url 'https://registry.lab.test'
registry_nginx['listen_port'] = 80
registry_nginx['listen_https'] = false
gitlab_rails['time_zone'] = 'Europe/Berlin'
gitlab_rails['monitoring_whitelist'] = ['127.0.0.0/8', '10.64.0.1/32', '192.0.2.7']
`;

/** The verbs of a test for the container `gitlab` of the machine, whose data lie in /srv/gitlab. */
export function standin(machine: TestMachine, image: ImageArchive) {
  const volumes = ["etc:/etc/gitlab", "data:/var/opt/gitlab", "log:/var/log/gitlab"];
  return {
    /** Runs a new container on the data that are there; HTTP is at port 80 of the machine, SSH at 443. */
    start: (...env: readonly string[]) =>
      machine.succeed(
        "docker rm -f gitlab >/dev/null 2>&1; docker run -d --name gitlab --network standin -p 80:80 -p 443:22 " +
          `${volumes.map((volume) => `-v /srv/gitlab/${volume}`).join(" ")} ${env.map((one) => `-e "${one}"`).join(" ")} ${image.name}`,
      ),
    /** Removes the container and all of its data. */
    forget: () =>
      machine.succeed(
        "docker rm -fv gitlab >/dev/null 2>&1; rm -rf /srv/gitlab; mkdir -p /srv/gitlab/etc; " +
          "docker network inspect standin >/dev/null 2>&1 || docker network create --subnet 10.64.0.0/24 standin",
      ),
    /** Writes a file below /srv/gitlab. */
    put: (path: string, text: string) => machine.succeed(`cat >/srv/gitlab/${path}`, text),
    /** Runs a command in it that must succeed. */
    exec: (command: string, input?: string) =>
      machine.succeed(`docker exec -i gitlab ${command}`, input),
    /** Runs a command in it that must fail; gives the code and the last line. */
    refused: async (command: string) => {
      const { code, stdout, stderr } = await machine.fail(`docker exec gitlab ${command}`);
      return [code, (stdout + stderr).trim().split("\n").at(-1)];
    },
  };
}

/** Runs Python with python-gitlab, which reads the program from its input. Gives what it printed. */
export async function pythonGitlab(program: string, ...args: readonly string[]): Promise<string> {
  const requirements = fileURLToPath(new URL("gitlab-requirements.txt", import.meta.url));
  const bin = await ensureVenv(join(testLab, "python-gitlab"), requirements, "python-gitlab");
  return must(join(bin, "python3"), ["-", ...args], { input: program, seconds: 60 });
}

/** What a licence of the stand-in says. */
export interface LicenceTerms {
  readonly plan?: string;
  readonly starts_at?: string;
  readonly expires_at?: string;
  readonly user_limit?: number;
  readonly licensee?: Readonly<Record<string, string>>;
}

/** A licence in the form of the vendor's file, whose terms the stand-in can read; it is worth nothing elsewhere. */
export function standinLicence(terms: LicenceTerms = {}): string {
  const all = { plan: "ultimate", starts_at: "2026-01-01", expires_at: "2099-12-31", ...terms };
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");
  const outer = { data: encoded(all), key: encoded("no key"), iv: encoded("no iv") };
  const lines = encoded(outer).match(/.{1,60}/g) ?? [];
  return `${lines.join("\n")}\n`;
}

/** Makes a token of a user by Rails in a container, as the documentation has it, and gives it. */
export async function gitlabToken(
  machine: TestMachine,
  container: string,
  user = "root",
  scopes: readonly string[] = ["api"],
): Promise<string> {
  const value = `glpat-${randomBytes(15).toString("base64url")}`;
  const program = [
    `token = User.find_by_username('${user}').personal_access_tokens.create(`,
    `  scopes: [${scopes.map((scope) => `'${scope}'`).join(", ")}], name: 'tests', expires_at: 365.days.from_now)`,
    `token.set_token('${value}')`,
    "token.save!",
  ];
  const runner = `docker exec -i ${container} gitlab-rails runner -`;
  await machine.succeed(runner, `${program.join("\n")}\n`);
  return value;
}

/** Waits until a container has said that its reconfigure has come to its end. */
export async function reconfigured(
  machine: TestMachine,
  container: string,
  seconds = 60,
): Promise<void> {
  const said = `docker logs ${container} 2>&1 | grep -qxF 'gitlab Reconfigured!'`;
  await machine.waitUntilSucceeds(said, seconds);
}
