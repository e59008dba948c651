import type { CheckFailure } from "./grpc/provider.ts";
import { type Properties, text, UNKNOWN } from "./grpc/values.ts";
import type { Importing, Kind } from "./kind.ts";
import type { FoundUnit } from "./manifest.ts";

/** systemd's words for units that can neither be enabled nor disabled: what they need starts them (systemctl(1)). */
const neither = ["static", "alias", "indirect", "generated"];

/** A unit that is there already. */
const importing: Importing = {
  fields: ["unit"],
  example: "&unit=nginx.service",
  unread: ["ready", "restartAfter"],

  named: (things) => ({
    unit: things.map(([, name]) => name).join(" "),
    enabled: true,
    active: true,
  }),

  values: (state, inputs) => ({ UNIT: text(inputs["unit"] ?? state["unit"]) }),

  found(manifest, _id, named) {
    const name = text(named["unit"]);
    const one = manifest.units.get(name);
    if (!one || one.enabled === "not-found") {
      return { inputs: named, refused: [`there is no unit ${name} on the machine`] };
    }
    const { enabled, active } = observed(one, {});
    return { inputs: { ...named, enabled, active }, refused: [] };
  },
};

/**
 * `host:index:Unit`: a systemd unit. Inputs: `unit`, its name; `enabled` and `active`, booleans; `ready`, a shell
 * command that succeeds when it answers; `restartAfter`, a time: a unit that runs for longer is started anew.
 */
export const unit: Kind = {
  inputs: ["unit", "enabled", "active", "ready", "restartAfter", "masked", "failed"],
  outputs: [],
  importing,

  check(news) {
    const failures: CheckFailure[] = [];
    if (!/^[\w@:.\\-]+\.(?:service|socket|timer|path|mount|target)$/.test(text(news["unit"]))) {
      const reason = 'must be a unit with its suffix, such as "nginx.service"';
      failures.push({ property: "unit", reason });
    }
    const after = text(news["restartAfter"]);
    if (after !== "" && after !== UNKNOWN && Number.isNaN(Date.parse(after))) {
      failures.push({
        property: "restartAfter",
        reason: "must be a time, as 2026-11-23T02:30:11Z",
      });
    }
    return { inputs: news, failures };
  },

  claims: (inputs) => ({ unit: `unit ${text(inputs["unit"])}` }),

  script(inputs) {
    const word = (value: unknown) => (value === false ? "no" : "yes");
    const values = {
      UNIT: text(inputs["unit"]),
      ENABLED: word(inputs["enabled"]),
      ACTIVE: word(inputs["active"]),
      READY: text(inputs["ready"]),
      RESTART_AFTER: text(inputs["restartAfter"]),
    };
    const files = [new URL("./shell/unit.sh", import.meta.url)];
    return { files, values, timeoutSeconds: 180 };
  },

  observe(manifest, id, state, inputs) {
    const found = manifest.units.get(text(state["unit"]));
    return found?.owner === id ? { ...withoutMarks(state), ...observed(found, inputs) } : undefined;
  },

  replaces: (path) => path === "unit",
};

/** A unit as it was found; `masked` and `failed` are there only when they are true and will go. */
function observed({ enabled, active }: FoundUnit, wanted: Properties) {
  return {
    enabled: neither.includes(enabled) ? (wanted["enabled"] ?? true) : enabled === "enabled",
    active: active === "active" || active === "reloading",
    ...(enabled.startsWith("masked") && wanted["enabled"] !== false ? { masked: true } : {}),
    ...(active === "failed" && wanted["active"] !== false ? { failed: true } : {}),
  };
}

function withoutMarks(state: Properties): Properties {
  return Object.fromEntries(
    Object.entries(state).filter(([name]) => name !== "masked" && name !== "failed"),
  );
}
