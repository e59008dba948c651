import assert from "node:assert/strict";
import { type Existing, importId } from "../../../components/host/index.ts";
import { type Properties, text, type Value } from "../../../provider/grpc/values.ts";
import type { Kept, ProviderRun, Step } from "../../support/host-provider.ts";
import { exampleHost } from "../../support/host.ts";
import { type FakeHost, manifest, setLines, urn, valueIn, well } from "./fake-host.ts";

const set = urn("ConfigSet");

/** What a preview says of a resource that was imported and is not noted yet. */
export const note =
  "taken over as it stands: up notes that on the machine, and changes only what is shown here";

/** Answers as survey.sh would, for the id that it is asked with; look.sh goes on with the manifest. */
export function stands(
  machine: FakeHost,
  lines: (id: string) => readonly (readonly string[])[],
): void {
  machine.look = () => {
    const sent = machine.sent.at(-1) ?? assert.fail("nothing was asked");
    const isSurvey = sent.stdin.includes("\nUNIT=");
    return well(isSurvey ? manifest(...lines(valueIn(sent, "ID"))) : machine.manifest);
  };
}

/** The file /etc/motd stands on the machine, and nobody has noted it. */
export function standsMotd(machine: FakeHost, content = "hello\n"): void {
  stands(machine, (id) => setLines(id, { "/etc/motd": content }));
}

/** What the engine has after an import from the example's machine. */
export async function imported(run: ProviderRun, existing: Existing, of = set): Promise<Kept> {
  const id = importId(exampleHost(), existing);
  const { response = {}, errors } = await run.ask("Read", { urn: of, id });
  assert.equal(errors, undefined);
  const found = response as Record<"inputs" | "properties", Properties> & Record<"id", Value>;
  return { urn: of, id: text(found.id), inputs: found.inputs, properties: found.properties };
}

/** Why an import is refused. */
export async function refusal(run: ProviderRun, existing: Existing, of = set): Promise<string> {
  const id = importId(exampleHost(), existing);
  const { errors } = await run.ask("Read", { urn: of, id });
  return (errors?.[0] ?? "").replace("rpc error: code = Unknown desc = ", "");
}

/** A step that updates, with these changes. */
export function update(changes: Step["changes"]): Step {
  return { op: "update", changes, error: "" };
}
