import type { Properties } from "../../provider/grpc/values.ts";
import { type KindTest, kindOn } from "./kept.ts";
import type { TestMachine } from "./machine.ts";

/** What a test does with DataDirectories of one machine. */
export interface DataTest extends KindTest {
  /** The inputs of one, with root as its owner and the mode 0750 unless said otherwise. */
  inputs: (path: string, more?: Properties) => Properties;
}

/** Works on a machine; its resources are all called `data`. */
export function dataOn(machine: TestMachine): DataTest {
  const kind = kindOn(machine, "DataDirectory", "data");
  return {
    ...kind,
    inputs: (path, more = {}) => ({
      host: kind.host,
      path,
      mode: "0750",
      owner: "root:root",
      ...more,
    }),
  };
}
