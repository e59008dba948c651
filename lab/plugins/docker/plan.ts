import { type Properties, UNKNOWN, type Value } from "../../../provider/grpc/values.ts";
import { type Field, type Fields, inside, isCollection, isEmpty, zero } from "./schema.ts";

/** What a preview says about a new resource: the inputs, and what the daemon will decide. */
export function planned(fields: Fields, inputs: Properties): Properties {
  return each(fields, (name, field) => {
    const given = inputs[name];
    if (given !== undefined) return complete(field, given, unset);
    if (field.computed) return UNKNOWN;
    return field.default ?? (field.kind === "objects" ? [] : null);
  });
}

/**
 * The state of a new resource: what was found, but sets that were given stay as they were given,
 * and what is empty stays as missing as it was planned.
 */
export function created(fields: Fields, plan: Properties, found: Properties): Properties {
  return each(fields, (name, field) => {
    const before = plan[name] ?? null;
    const now = found[name];
    if (now === undefined) return known(field, before);
    if (before === UNKNOWN) return now;
    if (field.set && !isEmpty(before)) return before;
    return isCollection(field) && isEmpty(before) && isEmpty(now) ? before : now;
  });
}

/** The state of a resource that was made, but of which the daemon was not asked. */
export function unread(fields: Fields, plan: Properties): Properties {
  return each(fields, (name, field) => known(field, plan[name] ?? null));
}

/** The state after a refresh: what was found, and the rest as it was, with the zeros filled in. */
export function refreshed(fields: Fields, state: Properties, found: Properties): Properties {
  return each(fields, (name, field) => found[name] ?? filledIn(field, state[name] ?? null));
}

/** The state after an update in place: what the inputs say, and the rest as it was. */
export function updated(fields: Fields, olds: Properties, news: Properties): Properties {
  return each(fields, (name, field) => {
    const before = filledIn(field, olds[name] ?? null);
    const given = news[name];
    if (given !== undefined) return filledIn(field, complete(field, given, unset));
    if (!field.input || field.computed || field.quiet || isEmpty(before)) return before;
    return zero(field);
  });
}

function each(fields: Fields, value: (name: string, field: Field) => Value): Properties {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, value(name, field)]),
  );
}

/** Every member of the objects in a property, the missing ones by a rule of the caller's. */
function complete(field: Field, value: Value, missing: (member: Field) => Value): Value {
  const members = field.fields;
  if (!members || value === UNKNOWN) return value;
  return inside(value, (object) =>
    each(members, (name, member) => object[name] ?? missing(member)),
  );
}

/** How the real provider writes down a member that was left out of an object. */
function unset(member: Field): Value {
  return (
    member.default ?? (member.kind === "string" || member.kind === "strings" ? zero(member) : null)
  );
}

/** After it has been through the provider once, a missing member is zero; objects stay missing. */
function filledIn(field: Field, value: Value): Value {
  return complete(field, value, (member) => (member.kind === "object" ? null : zero(member)));
}

/** What nobody has told: nothing; sets are empty rather than missing. */
function known(field: Field, value: Value): Value {
  if (value !== UNKNOWN) return value;
  return field.set ? [] : null;
}
