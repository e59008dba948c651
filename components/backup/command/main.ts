import { readOutputs } from "../../host/command/outputs.ts";
import { act } from "./act.ts";
import { parse, usage } from "./command-line.ts";
import { chosen, type Outputs } from "./stack.ts";

/** `npm run backup`: what a person asks of the backups of a machine. */

const request = parse(process.argv.slice(2));
if (!request || request.verb === "help") {
  (request ? console.log : console.error)(usage);
  process.exit(request ? 0 : 2);
}
try {
  const { host, name, stack } = request;
  process.stdout.write(await act(chosen(await readOutputs<Outputs>(stack), host, name), request));
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
