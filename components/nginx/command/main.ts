import { readOutputs } from "../../host/command/outputs.ts";
import { parse, usage } from "./command-line.ts";
import { maintain, serving, type Outputs } from "./maintain.ts";

/** `npm run site`: what a person asks of the sites of a stack. */

const request = parse(process.argv.slice(2));
if (!request || request.verb === "help") {
  (request ? console.log : console.error)(usage);
  process.exit(request ? 0 : 2);
}
try {
  const outputs = await readOutputs<Outputs>(request.stack);
  process.stdout.write(await maintain(serving(outputs, request.site), request));
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
