import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import * as pulumi from "@pulumi/pulumi";

/** What registering some resources takes, and how many those are. */
export interface Registering {
  /** Seconds of CPU of this process: the program, and Pulumi's SDK as far as it is in it. */
  readonly seconds: number;
  readonly resources: number;
}

type Respond = (error: null, response: resourcePb.RegisterResourceResponse) => void;

/** A monitor that takes each registration at once and does nothing with it: what is measured is the program. */
function monitor(take: (request: resourcePb.RegisterResourceRequest) => void) {
  return (request: resourcePb.RegisterResourceRequest, respond: Respond) => {
    take(request);
    const response = new resourcePb.RegisterResourceResponse();
    const [type, name] = [request.getType(), request.getName()];
    response.setUrn(`urn:pulumi:bench::platform::${type}::${name}`);
    response.setId(request.getCustom() ? `${name}-id` : "");
    response.setObject(request.getObject());
    setImmediate(respond, null, response);
  };
}

/** Registers what a program registers, as a preview does, and waits for the last of it. */
export async function registering(
  program: () => unknown,
  see: (request: resourcePb.RegisterResourceRequest) => void = () => undefined,
): Promise<Registering> {
  let resources = 0;
  const nothing = { call: () => ({}), newResource: () => ({ id: "", state: {} }) };
  await pulumi.runtime.setMocks(nothing, "platform", "bench", true);
  const own = pulumi.runtime.getMonitor() as unknown as Record<string, unknown>;
  own["registerResource"] = monitor((request) => {
    resources++;
    see(request);
  });
  own["registerResourceOutputs"] = (
    _: unknown,
    respond: (error: null, response: object) => void,
  ) => {
    respond(null, {});
  };
  const start = process.cpuUsage();
  program();
  await pulumi.runtime.disconnect();
  const { user, system } = process.cpuUsage(start);
  return { seconds: (user + system) / 1e6, resources };
}
