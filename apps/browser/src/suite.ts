/** With which options does the conformance suite run in pages? On both sides: the page makes its cases, and the test their names. */
import type { SuiteOptions } from "@symloss/conformance";

/** Node.js runs all of it: a page shows one golden case of each function. */
export const suiteOfPages: Partial<SuiteOptions> = { goldens: "oneOfEach", runs: 15 };

/** Within this many milliseconds the suite ends in a page, on a machine that does other things too. */
export const suiteTimeout = 600_000;
