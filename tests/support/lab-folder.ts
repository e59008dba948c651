import { join } from "node:path";

/** The lab of the tests: its keys, images and machines are apart from the operator's. */
export const testLab = join(import.meta.dirname, "../../.lab/test");
