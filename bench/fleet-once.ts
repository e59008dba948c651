import { json } from "node:stream/consumers";
import * as pulumi from "@pulumi/pulumi";
import type resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import { platform } from "../stacks/platform.ts";
import { withoutTraces } from "../stacks/traces.ts";
import { fleet } from "../tests/support/fleet.ts";
import { registering, type Registering } from "./registrations.ts";

/** A registration as plain as Pulumi's SDK has it: a type, a name, and inputs that are known. */
interface Plain {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly inputs: pulumi.Inputs;
}

function plain(request: resourcePb.RegisterResourceRequest): Plain {
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    inputs: request.getObject()?.toJavaScript() ?? {},
  };
}

class Custom extends pulumi.CustomResource {}
class Component extends pulumi.ComponentResource {}

/** Registers the same resources without this project's code and dependencies, and without stack traces as it does. */
function register(all: readonly Plain[]): void {
  for (const { type, name, custom, inputs } of all) {
    if (custom) new Custom(type, name, inputs);
    else new Component(type, name);
  }
}

/** What one process took. */
export interface Once extends Registering {
  /** The most memory that it had, in MiB. */
  readonly mebibytes: number;
}

async function measured(work: () => unknown): Promise<Once> {
  const of = await registering(work);
  return { ...of, mebibytes: Math.round(process.resourceUsage().maxRSS / 1024) };
}

/**
 * One measurement in a process of its own, as `pulumi` runs the program: of the program with so many instances on ten machines, of
 * Pulumi's SDK alone with the registrations that standard input has, or these registrations themselves. The answer is JSON.
 */
async function once(what: string, size: number): Promise<unknown> {
  if (what === "alone") {
    const all = (await json(process.stdin)) as Plain[];
    return measured(() => {
      withoutTraces(() => {
        register(all);
      });
    });
  }
  const config = fleet(size, 10);
  if (what === "program") return measured(() => platform(config));
  const all: Plain[] = [];
  await registering(
    () => platform(config),
    (one) => all.push(plain(one)),
  );
  return all;
}

const [what = "", size] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await once(what, Number(size))));
