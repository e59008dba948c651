import type { CheckResult } from "../../../provider/grpc/provider.ts";
import {
  isObject,
  type Properties,
  reveal,
  secret,
  UNKNOWN,
  type Value,
} from "../../../provider/grpc/values.ts";
import { missingInputs, type Shape, unknownInputs } from "../inputs.ts";

const dial: Shape = {
  dialErrorLimit: true,
  host: true,
  hostKey: true,
  perDialTimeout: true,
  port: true,
  user: true,
};

const shape: Shape = {
  addPreviousOutputInEnv: true,
  connection: { ...dial, privateKey: true, proxy: dial },
  create: true,
  delete: true,
  logging: true,
  stdin: true,
  triggers: true,
  update: true,
};

/** What the real provider takes for the parts of a connection, and of its proxy, that are left out. */
export const connectionDefaults = {
  dialErrorLimit: 10,
  perDialTimeout: 15,
  port: 22,
  user: "root",
};

/** The inputs with the connection's defaults, it and its key secret; or why they are refused. */
export function checkInputs(news: Properties): CheckResult {
  const failures = [
    ...unknownInputs("command", shape, news),
    ...missingInputs(["connection"], news),
  ];
  const { logging } = news;
  if (logging !== "none" && logging !== UNKNOWN) {
    const reason = 'the stand-in for command does not print output: set logging to "none"';
    failures.push({ property: "logging", reason });
  }
  const connection = reveal(news["connection"] ?? null);
  if (!isObject(connection)) return { inputs: news, failures };
  const { proxy } = connection;
  for (const [path, one] of Object.entries({ connection, "connection.proxy": proxy })) {
    if (!isObject(one)) continue;
    const missing = missingInputs(["host"], one);
    failures.push(...missing.map(({ reason }) => ({ property: `${path}.host`, reason })));
  }
  return { inputs: { ...news, connection: secret(completed(connection)) }, failures };
}

function completed(connection: Properties): Value {
  const { privateKey, proxy } = connection;
  const key: Properties = privateKey === undefined ? {} : { privateKey: secret(privateKey) };
  const through: Properties = isObject(proxy) ? { proxy: { ...connectionDefaults, ...proxy } } : {};
  return { ...connectionDefaults, ...connection, ...key, ...through };
}
