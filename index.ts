import { loadConfiguration } from "./config.ts";
import { platform } from "./stacks/platform.ts";

/** The program: reads the configuration, composes the stack, returns its outputs. */
export default function program() {
  return Promise.resolve(platform(loadConfiguration()));
}
