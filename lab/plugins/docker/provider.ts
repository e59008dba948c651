import type { Provider } from "../../../provider/grpc/provider.ts";
import type { Properties } from "../../../provider/grpc/values.ts";
import { container } from "./container.ts";
import { connect, type Daemon } from "./daemon.ts";
import { checkConfig, endpointOf } from "./endpoint.ts";
import { image } from "./image.ts";
import { network } from "./network.ts";
import { dockerResource, type DockerType } from "./resource.ts";
import { volume } from "./volume.ts";

const types: Record<string, DockerType> = {
  "docker:index/container:Container": container,
  "docker:index/network:Network": network,
  "docker:index/remoteImage:RemoteImage": image,
  "docker:index/volume:Volume": volume,
};

/** The stand-in for Pulumi's docker provider 5.2.0; tests give a daemon of their own. */
export function dockerProvider(
  daemonFor: (config: Properties) => Daemon = (config) => connect(endpointOf(config)),
): Provider {
  let daemon: Daemon | undefined;
  const configured = () => {
    if (!daemon) throw new Error("the docker provider has not been configured");
    return daemon;
  };
  return {
    version: "5.2.0",
    features: { supportsAutonamingConfiguration: true, supportsPreview: true },
    handshake: "method Handshake not implemented",
    diffConfig: true,
    checkConfig,
    configure(config) {
      daemon = daemonFor(config);
    },
    resources: Object.fromEntries(
      Object.entries(types).map(([token, type]) => [token, dockerResource(type, configured)]),
    ),
  };
}
