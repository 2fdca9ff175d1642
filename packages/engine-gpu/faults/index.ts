/** Where do gpu.js and WebGL fail silently? Cases by subject; an engine must stay right in each, or report an error. */
import type { FaultCases, Setup } from "./case.ts";
import { exhaustionFaults } from "./exhaustion.ts";
import { limitsFaults } from "./limits.ts";
import { lossFaults } from "./loss.ts";
import { memoryFaults } from "./memory.ts";
import { numbersFaults } from "./numbers.ts";
import { resultsFaults } from "./results.ts";
import { sharingFaults } from "./sharing.ts";
import { watchWebGL } from "./watch.ts";

/** The cases by subject, grouped by which can share a page: some count objects, which others would leave behind. */
export const faultPages = [
  { loss: lossFaults, limits: limitsFaults, results: resultsFaults, numbers: numbersFaults },
  { sharing: sharingFaults },
  { memory: memoryFaults, exhaustion: exhaustionFaults },
] satisfies readonly Readonly<Record<string, FaultCases>>[];

/** The cases of each subject. */
export const faults: Readonly<Record<FaultSubject, FaultCases>> = Object.assign({}, ...faultPages);

/** The subjects of faults. */
export type FaultSubject = KeyOf<(typeof faultPages)[number]>;

type KeyOf<Page> = Page extends Page ? keyof Page : never;

/** A case that can be run. */
export interface Fault {
  readonly name: string;
  run(): Promise<void>;
}

/** The cases of these subjects on the mode, to run one after another. WebGL calls are counted from now on. */
export default function faultsOf(mode: Setup["mode"], subjects: readonly FaultSubject[]): readonly Fault[] {
  const setup = { mode, watched: watchWebGL() };
  return subjects.flatMap((subject) =>
    Object.entries(faults[subject]).map(([name, run]) => ({ name, run: () => run(setup) })),
  );
}
