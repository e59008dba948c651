import { ensureGitlabImage } from "../../lab/gitlab-image.ts";
import { operatorKey } from "../../lab/identity.ts";
import { ensureMachineImage } from "../../lab/machine-image.ts";
import { ensureStandinImage } from "../../lab/standin-image.ts";
import { ensureToolchain } from "../../lab/toolchain/index.ts";
import { testLab } from "../support/lab-folder.ts";

/**
 * Makes what all tests on machines need, while the unit tests run, and so that no two of them make it at once. A
 * failure is said here, and met again by the tests that need it.
 */
export async function warmUp(): Promise<void> {
  const works = [
    ["toolchain", async () => (await ensureToolchain()).description],
    ["lab", lab],
  ] as const;
  await Promise.all(
    works.map(async ([name, work]) => {
      try {
        console.log(`${name}: ${await work()}`);
      } catch (error) {
        console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }),
  );
}

async function lab(): Promise<string> {
  await operatorKey(testLab);
  const { name } = await ensureStandinImage(testLab);
  const gitlab = await ensureGitlabImage(testLab);
  return `${await ensureMachineImage("bookworm")}, ${name} and ${gitlab.name}`;
}
