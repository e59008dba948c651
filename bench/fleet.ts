import * as pulumi from "@pulumi/pulumi";
import type resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import { loadavg } from "node:os";
import { platform } from "../stacks/platform.ts";
import { shortTraces } from "../stacks/traces.ts";
import { fleet } from "../tests/support/fleet.ts";
import { summary } from "./measure.ts";
import { registering } from "./registrations.ts";

const sizes = [125, 250, 500];
const rounds = 3;

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

/** Registers the same resources without this project's code and dependencies, with its short stack traces. */
function register(all: readonly Plain[]): void {
  for (const { type, name, custom, inputs } of all) {
    if (custom) new Custom(type, name, inputs);
    else new Component(type, name);
  }
}

/**
 * What the program takes to plan so many GitLab instances on ten machines, in seconds of CPU, and what Pulumi's SDK alone takes to
 * register the same resources: in turn, in this process, with a monitor that only says yes.
 */
export async function fleetBench(): Promise<void> {
  const rows: string[] = [];
  for (const size of sizes) {
    const config = fleet(size, 10);
    const all: Plain[] = [];
    const { resources } = await registering(
      () => platform(config),
      (one) => all.push(plain(one)),
    );
    const again = () => {
      register(all);
    };
    const [own, bare]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      own.push((await registering(() => platform(config))).seconds);
      bare.push(
        (
          await registering(() => {
            shortTraces(again);
          })
        ).seconds,
      );
    }
    const cells = [own, bare].map((times) => {
      const { min, median } = summary(times);
      return `${min.toFixed(2)} / ${median.toFixed(2)} s`;
    });
    const each = `${((summary(own).min / size) * 1000).toFixed(1)} ms`;
    rows.push(`| ${[size, resources, ...cells, each].join(" | ")} |`);
  }
  console.log("\n| instances | resources | program and SDK | SDK alone | for an instance |");
  console.log(`| --- | --- | --- | --- | --- |\n${rows.join("\n")}`);
  console.log(`\nleast and median of ${rounds}; load ${loadavg()[0]?.toFixed(1) ?? "?"}`);
}
