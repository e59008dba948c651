import { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { withAgent } from "../../lab/identity.ts";
import { testLab } from "./machine.ts";

let held: Promise<{ readonly SSH_AUTH_SOCK: string }> | undefined;

/** An ssh-agent with the key of the tests' machines; one for the whole run, it ends after the last test. */
export function heldAgent(): Promise<{ readonly SSH_AUTH_SOCK: string }> {
  held ??= hold();
  return held;
}

let release: () => Promise<void> = () => Promise.resolve();

after(() => release());

function hold(): Promise<{ readonly SSH_AUTH_SOCK: string }> {
  let end: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (end = resolve));
  return new Promise((resolve, reject) => {
    const work = withAgent(testLab, async (env) => {
      resolve(env);
      await done;
    });
    work.catch(reject);
    release = async () => {
      end();
      await work;
      await sleep(0);
    };
  });
}
