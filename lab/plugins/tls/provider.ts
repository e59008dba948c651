import type { Provider } from "../../../provider/grpc/provider.ts";
import { tlsResource } from "./resource.ts";
import { types } from "./types.ts";

/** The stand-in for Pulumi's tls provider 5.6.1; the clock decides which certificates are due. */
export function tlsProvider(now: () => Date = () => new Date()): Provider {
  return {
    version: "5.6.1",
    features: {
      acceptResources: true,
      supportsAutonamingConfiguration: true,
      supportsPreview: true,
    },
    handshake: "Handshake is not yet implemented",
    diffConfig: true,
    checkConfig: (news) => ({ inputs: news }),
    configure() {
      // The provider has no configuration.
    },
    resources: Object.fromEntries(
      Object.entries(types).map(([token, type]) => [token, tlsResource(type, now)]),
    ),
  };
}
