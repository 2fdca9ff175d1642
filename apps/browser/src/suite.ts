/** Which part of the conformance suite runs in pages? Every golden case runs in Node.js, so a page shows one of each function. */
import type { CaseGroup, SuiteOptions } from "@symloss/conformance";

/** The options of every suite that runs in a page, on both sides. */
export const suiteOfPages: Partial<SuiteOptions> = { goldens: "oneOfEach" };

/**
 * The groups that run on a WebGL made by the processor, which compiles a kernel in a tenth of a second and sorts in seconds: what depends on
 * the version of WebGL is in these. `npm run test:headless` runs every group.
 */
export const groupsOfWebGL: Readonly<Record<"webgl2" | "webgl", readonly CaseGroup[]>> = {
  webgl2: ["operations", "gradients", "passes", "lifecycle", "faults", "properties"],
  webgl: ["operations", "lifecycle", "faults"],
};
