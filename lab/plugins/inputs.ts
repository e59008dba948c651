import type { CheckFailure } from "../../provider/grpc/provider.ts";
import { isObject, type Properties, reveal, type Value } from "../../provider/grpc/values.ts";

/** The inputs that a stand-in knows: `true`, or the members of an object or of a list's objects. */
export interface Shape {
  readonly [name: string]: true | Shape;
}

/** One failure for each input outside the shape, by its path: a stand-in never ignores an input. */
export function unknownInputs(plugin: string, shape: Shape, inputs: Properties): CheckFailure[] {
  return strangers(shape, inputs, "").map((property) => ({
    property,
    reason: `the stand-in for ${plugin} does not know this input; use the official plugin`,
  }));
}

function strangers(shape: Shape, inputs: Properties, prefix: string): string[] {
  return Object.entries(inputs).flatMap(([name, value]) => {
    const known = shape[name];
    if (known === undefined) return [prefix + name];
    return known === true ? [] : strangersInside(known, reveal(value), prefix + name);
  });
}

function strangersInside(shape: Shape, value: Value, path: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => strangersInside(shape, item, `${path}[${index}]`));
  }
  return isObject(value) ? strangers(shape, value, `${path}.`) : [];
}

/** One failure for each required input that is missing. */
export function missingInputs(required: readonly string[], inputs: Properties): CheckFailure[] {
  return required
    .filter((property) => inputs[property] === undefined)
    .map((property) => ({ property, reason: `missing required property '${property}'` }));
}
