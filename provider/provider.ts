import { Claims } from "./claims.ts";
import { configSet } from "./config-set.ts";
import { type Open, openConnection } from "./connection.ts";
import { dataDirectory } from "./data-directory.ts";
import type { Log } from "./grpc/engine.ts";
import type { Provider } from "./grpc/provider.ts";
import { Hosts } from "./hosts.ts";
import { packages } from "./packages.ts";
import { resource } from "./resource.ts";
import { script } from "./script.ts";
import { inTurns } from "./turns.ts";
import { unit } from "./unit.ts";

/** What a provider is made with; tests give other connections and another environment. */
export interface ProviderArgs {
  readonly log: Log;
  readonly open?: Open;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The `host` provider: state on machines reached over SSH, read before it is compared. */
export function hostProvider({
  log,
  open = openConnection,
  env = process.env,
}: ProviderArgs): Provider {
  const run = {
    hosts: new Hosts(log, inTurns(open)),
    claims: new Claims(),
    known: new Set<string>(),
    offline: env["PLATFORM_OFFLINE"] === "1",
  };
  return {
    version: "1.0.0", // constant: states carry their own `format`
    features: { acceptSecrets: true, supportsPreview: true },
    handshake: true,
    diffConfig: true,
    checkConfig: (news) => ({ inputs: news }),
    configure() {
      // The provider has no configuration: each resource says which host it is on.
    },
    resources: {
      "host:index:ConfigSet": resource(configSet, run),
      "host:index:DataDirectory": resource(dataDirectory, run),
      "host:index:Packages": resource(packages, run),
      "host:index:Script": resource(script, run),
      "host:index:Unit": resource(unit, run),
    },
  };
}
