import type { Provider } from "../../../provider/grpc/provider.ts";
import { remoteCommand } from "./resource.ts";
import type { SshRunner } from "./ssh.ts";

/** The stand-in for Pulumi's command provider 1.2.1: remote commands through the OpenSSH client. */
export function commandProvider(runner?: SshRunner): Provider {
  return {
    version: "1.2.1",
    features: {
      acceptOutputs: true,
      acceptResources: true,
      acceptSecrets: true,
      supportsPreview: true,
    },
    handshake: true,
    diffConfig: "DiffConfig is not implemented",
    checkConfig: (news) => ({ inputs: { ...news, "__pulumi-go-provider-version": "v1.5.0" } }),
    configure() {
      // The provider has no configuration.
    },
    resources: { "command:remote:Command": remoteCommand(runner) },
  };
}
