import dns from "node:dns";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import tls from "node:tls";
import { must, run, type Result } from "../../lab/process.ts";
import { pythonGitlab } from "./gitlab.ts";

/** A person on another computer, who knows names below `.test` and trusts the stack's authority. */
export interface Customer {
  /** The person's public key. */
  readonly publicKey: string;
  /** Runs git; asked for a login, it gives this one. */
  readonly git: (login: Login, ...args: readonly string[]) => Promise<Result>;
  /** Clones, commits a file that has the message as its content, and pushes. */
  readonly push: (login: Login, url: string, message: string) => Promise<void>;
  /** Clones, and gives the messages of all commits, the last one first. */
  readonly log: (login: Login, url: string) => Promise<string[]>;
  /** Runs Python with python-gitlab; `server(url, token)` is a client. Gives the JSON that it printed. */
  readonly python: (program: string, ...args: readonly string[]) => Promise<unknown>;
  /** The status that an address answers, and where it leads. */
  readonly answer: (url: string) => Promise<string>;
}

/** Who asks: user and password, or a token in its place. */
export type Login = readonly [user: string, password: string];

const homes: string[] = [];

after(() => Promise.all(homes.map((home) => rm(home, { recursive: true }))));

/** Makes a person who reaches all names below `.test` at one address; in this process, they lead there from now on, too. */
export async function customerAt(address: string, certificate: string): Promise<Customer> {
  const home = await mkdtemp(join(tmpdir(), "platform-customer-"));
  homes.push(home);
  const folder = (name: string) => join(home, name);
  await writeFile(folder("authority.pem"), certificate);
  await writeFile(folder("ssh"), sshConfig(address, home));
  await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", folder("key")]);
  leadTo(address);
  tls.setDefaultCACertificates([...tls.getCACertificates(), certificate]);
  const git: Customer["git"] = async (login, ...args) =>
    run("git", args, { env: gitEnvironment(address, home, login), seconds: 120 });
  const well = async (login: Login, ...args: readonly string[]) => {
    const { code, stdout, stderr } = await git(login, ...args);
    if (code !== 0) throw new Error(`git ${args.join(" ")} ended with ${code}:\n${stderr}`);
    return stdout;
  };
  let clones = 0;
  const clone = async (login: Login, url: string) => {
    const to = folder(`clone-${++clones}`);
    await well(login, "clone", "-q", url, to);
    return to;
  };
  return {
    publicKey: (await readFile(folder("key.pub"), "utf8")).trim(),
    git,
    async push(login, url, message) {
      const to = await clone(login, url);
      await writeFile(join(to, "file"), message);
      await well(login, "-C", to, "add", ".");
      await well(login, "-C", to, "commit", "-qm", message);
      await well(login, "-C", to, "push", "-q");
    },
    log: async (login, url) =>
      (await well(login, "-C", await clone(login, url), "log", "--format=%s")).trim().split("\n"),
    async python(program, ...args) {
      const all = `${prelude(address, folder("authority.pem"))}${program}`;
      return JSON.parse(await pythonGitlab(all, ...args)) as unknown;
    },
    answer: async (url) => {
      const { status, headers } = await fetch(url, { redirect: "manual" });
      return [status, headers.get("location") ?? ""].join(" ").trim();
    },
  };
}

/** Has this process look up names below `.test` as that address. */
function leadTo(address: string): void {
  const lookup = dns.lookup as (...args: unknown[]) => void;
  const lead = (name: unknown) => (String(name).endsWith(".test") ? address : name);
  dns.lookup = ((name: unknown, ...rest: unknown[]) => {
    lookup(lead(name), ...rest);
  }) as typeof dns.lookup;
}

function sshConfig(address: string, home: string): string {
  return [
    "Host *.test",
    `  HostName ${address}`,
    `  IdentityFile ${home}/key`,
    "  IdentitiesOnly yes",
    "  IdentityAgent none",
    "  BatchMode yes",
    "  ConnectTimeout 30",
    "  StrictHostKeyChecking accept-new", // what is known, has to stay
    `  UserKnownHostsFile ${home}/known`,
    "",
  ].join("\n");
}

/** git without a person's own settings. It gets its login from a helper, as it would from a keyring. */
function gitEnvironment(address: string, home: string, [user, password]: Login) {
  const hosts = ["git.acme", "code.acme", "code.birch"];
  const settings = [
    ...hosts.map((host) => ["http.curloptResolve", `${host}.test:443:${address}`]),
    ["credential.helper", '!f() { echo "username=$LOGIN"; echo "password=$PASSWORD"; }; f'],
    ["user.name", "Ada"],
    ["user.email", "ada@acme.test"],
  ];
  const pairs = settings.flatMap(([key = "", value = ""], index): [string, string][] => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    ...Object.fromEntries(pairs),
    ...{ GIT_CONFIG_COUNT: String(settings.length), GIT_CONFIG_GLOBAL: "/dev/null" },
    ...{ GIT_SSL_CAINFO: `${home}/authority.pem` },
    ...{ GIT_TERMINAL_PROMPT: "0", GIT_SSH_COMMAND: `ssh -F ${home}/ssh` },
    ...{ LOGIN: user, PASSWORD: password },
  };
}

function prelude(address: string, authority: string): string {
  return `import gitlab, json, socket, sys
known = socket.getaddrinfo
socket.getaddrinfo = lambda name, *rest, **more: known("${address}" if name.endswith(".test") else name, *rest, **more)
server = lambda url, token: gitlab.Gitlab(url, private_token=token, ssl_verify="${authority}")
`;
}
