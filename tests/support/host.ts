import { assignmentLines } from "./scripts.ts";
import type { Host } from "../../components/host/index.ts";
import type { Registered } from "./deploy.ts";
import { hostKey } from "./example.ts";

/** A host value as components get it. */
export function exampleHost(name = "forum", release: Host["release"] = "bookworm"): Host {
  return {
    name,
    address: "192.0.2.7",
    port: 2222,
    user: "root",
    hostKey,
    instance: "7",
    release,
  };
}

/** The input `host` of a resource on the example's machine. */
export function hostInputs(name = "forum") {
  return { host: { ...exampleHost(name) } };
}

/** The assignments that a registered script gets on stdin, without release and instance. */
export function valuesOf({ inputs }: Registered): string[] {
  return assignmentLines(inputs["stdin"]).filter((line) => !/^(?:RELEASE|INSTANCE)=/.test(line));
}
