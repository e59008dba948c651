import type { CheckFailure, CheckResult } from "../../../provider/grpc/provider.ts";
import { type Properties, reveal, UNKNOWN, type Value } from "../../../provider/grpc/values.ts";
import { unknownInputs } from "../inputs.ts";

/** Where a Docker daemon listens; `name` is what messages call it. */
export type Endpoint =
  | { name: string; socket: string }
  /** The arguments of the ssh client. */
  | { name: string; ssh: string[] };

const shape = { host: true, sshOpts: true, version: true } as const;

/** The provider's configuration, refused where the stand-in does not know it. */
export function checkConfig(news: Properties): CheckResult {
  const failures: CheckFailure[] = unknownInputs("docker", shape, news);
  try {
    if (news["host"] !== UNKNOWN && news["sshOpts"] !== UNKNOWN) endpointOf(news);
  } catch (error) {
    failures.push({ property: "host", reason: error instanceof Error ? error.message : "" });
  }
  return { inputs: news, failures };
}

/** The endpoint that a configuration names: unix://path, or ssh://user@host:port with `sshOpts`. */
export function endpointOf(config: Properties): Endpoint {
  const name = reveal(config["host"] ?? "unix:///var/run/docker.sock");
  const url = typeof name === "string" ? URL.parse(name) : null;
  if (typeof name === "string" && url?.protocol === "unix:") return { name, socket: url.pathname };
  if (typeof name !== "string" || url?.protocol !== "ssh:") {
    throw new Error(
      "the stand-in for docker knows unix:// and ssh:// hosts; use the official plugin",
    );
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const socket = url.pathname.length > 1 ? ["--host", `unix://${url.pathname}`] : [];
  return {
    name,
    ssh: [
      ...sshOptions(config["sshOpts"]),
      ...["-o", "ConnectTimeout=30", "-T"],
      ...(url.username === "" ? [] : ["-l", decodeURIComponent(url.username)]),
      ...(url.port === "" ? [] : ["-p", url.port]),
      ...["--", host, "docker", ...socket, "system", "dial-stdio"],
    ],
  };
}

/** The engine sends lists in a provider's configuration as JSON. */
function sshOptions(value: Value | undefined): string[] {
  const given = reveal(value ?? []);
  const list: unknown = typeof given === "string" ? JSON.parse(given) : given;
  if (!Array.isArray(list)) throw new Error("sshOpts has to be a list of strings");
  return list.map(String);
}
