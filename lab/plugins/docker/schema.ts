import { isObject, type Properties, UNKNOWN, type Value } from "../../../provider/grpc/values.ts";
import type { Shape } from "../inputs.ts";

/** The form of a property. With `set` there is no order, and the inputs' form is kept. */
export type Kind = "string" | "number" | "boolean" | "strings" | "map" | "object" | "objects";

/** One property of a resource type, as the real provider's own table has it. */
export interface Field {
  readonly kind: Kind;
  readonly set?: boolean;
  /** May be given; without it, the property is an output, or an input that is not covered. */
  readonly input?: boolean;
  /** The daemon decides when it is left out. */
  readonly computed?: boolean;
  /** A change needs a new resource. */
  readonly replaces?: boolean;
  /** What is taken when it is left out; Check fills it in unless it is zero, empty or false. */
  readonly default?: Value;
  /** Left out means "as the image has it": no change, whatever the state says. */
  readonly quiet?: boolean;
  readonly fields?: Fields;
}

/** The properties of a resource type, or of an object inside one. */
export interface Fields {
  readonly [name: string]: Field;
}

/** The value that stands for "nothing" in a property of this form. */
export function zero(field: Field): Value {
  if (field.default !== undefined) return field.default;
  switch (field.kind) {
    case "string":
      return "";
    case "number":
      return 0;
    case "boolean":
      return false;
    case "strings":
    case "objects":
      return [];
    case "map":
    case "object":
      return {};
  }
}

/** True for null, false, 0, "", and for lists and objects that hold nothing else. */
export function isEmpty(value: Value | undefined): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) return Object.values(value).every(isEmpty);
  return !value;
}

/** True for the forms that hold several values. */
export function isCollection({ kind }: Field): boolean {
  return kind === "strings" || kind === "objects" || kind === "map" || kind === "object";
}

/** The inputs that may be given, at any depth. */
export function shapeOf(fields: Fields): Shape {
  const inputs = Object.entries(fields).filter(([, field]) => field.input);
  return Object.fromEntries(
    inputs.map(([name, field]) => [name, field.fields ? shapeOf(field.fields) : true]),
  );
}

/** Applies a function to the object, or to each object of the list, that a property holds. */
export function inside(value: Value, change: (members: Properties) => Value): Value {
  if (Array.isArray(value)) return value.map((item) => (isObject(item) ? change(item) : item));
  return isObject(value) ? change(value) : value;
}

/** The inputs as Check gives them: non-zero defaults filled in, and named in `__defaults`. */
export function withDefaults(fields: Fields, given: Properties): Properties {
  const filled = Object.entries(fields).filter(
    ([name, field]) => field.input && given[name] === undefined && !isEmpty(field.default),
  );
  const nested = Object.entries(given).map(([name, value]): [string, Value] => {
    const members = fields[name]?.fields;
    if (!members || value === UNKNOWN) return [name, value];
    return [name, inside(value, (object) => withDefaults(members, object))];
  });
  return {
    __defaults: filled.map(([name]) => name).sort(),
    ...Object.fromEntries(nested),
    ...Object.fromEntries(filled.map(([name, field]) => [name, field.default ?? null])),
  };
}
