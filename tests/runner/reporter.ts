import type { TestEvent } from "node:test/reporters";
import type { Outcome } from "./tally.ts";

/** A test reporter that writes one line of JSON for each test that ended (see `Outcome`). */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    const outcome = outcomeOf(event);
    if (outcome) yield `${JSON.stringify(outcome)}\n`;
  }
}

function outcomeOf(event: TestEvent): Outcome | undefined {
  if (event.type !== "test:pass" && event.type !== "test:fail") return undefined;
  const { name, file = "", skip, todo, details } = event.data;
  const reason = skip ?? todo;
  if (reason !== undefined && reason !== false) {
    return { result: "skipped", name, file, reason: reason === true ? "" : reason };
  }
  if (details.type === "suite") return undefined; // its tests speak for it
  return { result: event.type === "test:pass" ? "passed" : "failed", name, file };
}
