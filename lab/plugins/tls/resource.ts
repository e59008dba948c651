import type { CheckFailure, DiffResult, ResourceType } from "../../../provider/grpc/provider.ts";
import {
  type Properties,
  revealAll,
  sameValue,
  secret,
  text,
  UNKNOWN,
  type Value,
} from "../../../provider/grpc/values.ts";
import { missingInputs, unknownInputs } from "../inputs.ts";
import { knownUses } from "./fields.ts";
import { curves } from "./private-key.ts";
import type { TlsType } from "./types.ts";

const HOUR = 3_600_000;

/** How the provider treats a type: every input replaces, save the one that says when to renew. */
export function tlsResource(type: TlsType, now: () => Date): ResourceType {
  const marked = (properties: Properties, names: readonly string[]): Properties =>
    Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [
        name,
        names.includes(name) && value !== UNKNOWN ? secret(value) : value,
      ]),
    );
  return {
    check({ news }) {
      const inputs = Object.fromEntries(
        Object.entries(news).map(([name, value]) => [
          name,
          type.secretInputs.includes(name) ? secret(value) : value,
        ]),
      );
      const failures = [
        ...unknownInputs("tls", type.inputs, news),
        ...missingInputs(type.required, news),
        ...refusedValues(revealAll(news)),
      ];
      return { inputs, failures };
    },
    diff: ({ news, olds }) => difference(type, revealAll(news), revealAll(olds), now()),
    async create({ inputs, preview }) {
      const planned = { ...type.defaults, ...revealAll(inputs) };
      const renewal: Properties = type.renews ? { readyForRenewal: neverFresh(planned) } : {};
      if (preview) {
        const unknown = Object.fromEntries(["id", ...type.outputs].map((name) => [name, UNKNOWN]));
        const properties = { ...marked(planned, type.secretOutputs), ...renewal, ...unknown };
        return { id: "", properties };
      }
      const { id, outputs } = await type.make(planned, now());
      const meta: Properties = type.meta === undefined ? {} : { __meta: type.meta };
      return { id, properties: { ...meta, ...planned, ...renewal, ...outputs, id } };
    },
    read({ id, inputs, state }) {
      const due = type.renews && isDue(state, state["earlyRenewalHours"], now());
      const found = due ? { ...state, readyForRenewal: true } : state;
      return {
        id,
        inputs: marked(inputs, type.secretInputs),
        properties: marked(found, type.secretOutputs),
      };
    },
    update({ news, olds }) {
      const next = { ...olds, ...type.defaults, ...revealAll(news) };
      const readyForRenewal = isDue(olds, next["earlyRenewalHours"], now());
      const renewal: Properties = type.renews ? { readyForRenewal } : {};
      return { properties: marked({ ...next, ...renewal }, type.secretOutputs) };
    },
    delete() {
      // Keys and certificates live in the state alone: forgetting them is all there is to do.
    },
  };
}

function difference(type: TlsType, news: Properties, olds: Properties, now: Date): DiffResult {
  const planned: Properties = { ...type.defaults, ...news };
  const diffs = Object.keys(type.inputs)
    .filter((name) => !sameValue(planned[name], olds[name]))
    .sort();
  const replaces = diffs.filter((name) => name !== "earlyRenewalHours");
  if (!type.renews) return { diffs, replaces };
  const due = isDue(olds, planned["earlyRenewalHours"], now);
  if (replaces.length > 0 || (!due && olds["readyForRenewal"] !== true)) return { diffs, replaces };
  return {
    diffs: [...diffs, "readyForRenewal"],
    replaces: due ? ["readyForRenewal"] : [],
  };
}

/** True once the end of the certificate is nearer than the hours asked for. */
function isDue(state: Properties, earlyRenewalHours: Value | undefined, now: Date): boolean {
  const end = Date.parse(text(state["validityEndTime"]));
  return now.getTime() > end - Number(earlyRenewalHours ?? 0) * HOUR;
}

/** A certificate whose renewal begins before its life does is due from the start. */
function neverFresh(planned: Properties): boolean {
  return Number(planned["earlyRenewalHours"]) >= Number(planned["validityPeriodHours"]);
}

function refusedValues(inputs: Properties): CheckFailure[] {
  const { algorithm, ecdsaCurve, allowedUses } = inputs;
  const failures: CheckFailure[] = [];
  if (algorithm === "ECDSA" && ecdsaCurve !== UNKNOWN && !(text(ecdsaCurve) in curves)) {
    const known = Object.keys(curves).join(", ");
    const reason = `the stand-in for tls makes ECDSA keys on ${known} only: set one of them`;
    failures.push({ property: "ecdsaCurve", reason });
  }
  for (const use of Array.isArray(allowedUses) ? allowedUses : []) {
    if (use === UNKNOWN || knownUses.includes(text(use))) continue;
    const reason = `the stand-in for tls does not know the use ${text(use)}; use the official plugin`;
    failures.push({ property: "allowedUses", reason });
  }
  return failures;
}
