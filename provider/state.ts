import type { State } from "./grpc/provider.ts";
import type { Properties } from "./grpc/values.ts";

/** The form of the state that this provider writes. It grows when a field changes its meaning. */
const format = 1;

/** State as the engine keeps it: it is read before each preview and each update. */
export function written(properties: Properties): State {
  return { properties: { ...properties, format }, refreshBeforeUpdate: true };
}

/** State of any earlier form in today's. Refuses state of a later one, which this program does not understand. */
export function upgraded(state: Properties): Properties {
  const found = Number(state["format"] ?? format);
  if (found > format) {
    throw new Error(
      `the state was written by a newer version of this program (format ${found}, known up to ${format}): ` +
        "update the checkout that you run",
    );
  }
  return state;
}
