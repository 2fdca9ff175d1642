/** Which part of the conformance suite runs in pages? Every golden case runs in Node.js, so a page shows one of each function. */
import type { SuiteOptions } from "@symloss/conformance";

/** The options of every suite that runs in a page, on both sides. */
export const suiteOfPages: Partial<SuiteOptions> = { goldens: "oneOfEach" };
