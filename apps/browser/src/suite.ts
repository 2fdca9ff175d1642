/** Which part of the conformance suite runs in pages? Node.js runs all of it: a page shows one golden case of each function. */
import type { CaseGroup, SuiteOptions } from "@symloss/conformance";

/** The options of every suite that runs in a page, on both sides. */
export const suiteOfPages: Partial<SuiteOptions> = { goldens: "oneOfEach", runs: 15 };

/** Within this many milliseconds the suite ends in a page, on a machine that does other things too. */
export const suiteTimeout = 600_000;

/** What is asked of a case to know where it runs. */
interface NamedCase {
  readonly group: CaseGroup;
  readonly name: string;
}

/** Whether a case depends on how many threads a runtime has. */
export function dependsOnThreads({ group }: NamedCase): boolean {
  return ["operations", "lifecycle", "faults"].includes(group);
}

/** What runs on each version of WebGL made by the processor, which compiles a kernel in a tenth of a second. */
const partsOfWebGL: Readonly<
  Record<"webgl2" | "webgl", { readonly groups: readonly CaseGroup[]; readonly but: RegExp }>
> = {
  webgl2: {
    groups: ["operations", "gradients", "losses", "lifecycle", "faults", "properties"],
    // They sort or run many steps, each a kernel of its own: from five seconds to half a minute.
    but: /^losses: (spearmanCorrelation|normalizedMutualInformation|adjustedRandIndex|ctc) float32/,
  },
  webgl: {
    // What depends on the version of WebGL is in these.
    groups: ["operations", "lifecycle", "faults"],
    // How axes lie does not.
    but: /every (axis|set of axes)/,
  },
};

/** Whether a case runs on a WebGL made by the processor. `npm run test:headless` runs every case. */
export function runsOnWebGL(mode: "webgl2" | "webgl", { group, name }: NamedCase): boolean {
  const { groups, but } = partsOfWebGL[mode];
  return groups.includes(group) && !but.test(name);
}
