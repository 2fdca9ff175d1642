/** Which part of the conformance suite runs in pages? Node.js runs all of it: a page shows one golden case of each function. */
import type { CaseGroup, SuiteOptions } from "@symloss/conformance";

/** The options of every suite that runs in a page, on both sides. */
export const suiteOfPages: Partial<SuiteOptions> = { goldens: "oneOfEach", runs: 15 };

/** What is asked of a case to know where it runs. */
interface NamedCase {
  readonly group: CaseGroup;
  readonly name: string;
}

/** Whether a case depends on how many threads a runtime has. */
export function dependsOnThreads({ group }: NamedCase): boolean {
  return ["operations", "lifecycle", "faults"].includes(group);
}

const groupsOfWebGL: Readonly<Record<"webgl2" | "webgl", readonly CaseGroup[]>> = {
  webgl2: ["operations", "gradients", "losses", "lifecycle", "faults", "properties"],
  // What depends on the version of WebGL is in these.
  webgl: ["operations", "lifecycle", "faults"],
};

/**
 * Whether a case runs on a WebGL made by the processor, which compiles a kernel in a tenth of a second. `npm run test:headless` runs every
 * case.
 */
export function runsOnWebGL(mode: "webgl2" | "webgl", { group, name }: NamedCase): boolean {
  // It sorts four times, and each stage of sorting is a kernel: half a minute.
  return groupsOfWebGL[mode].includes(group) && !name.startsWith("losses: spearmanCorrelation float32");
}
