/** Where do gpu.js and WebGL fail without a word? Cases by subject; an engine must stay right in each, or say so. */
import type { FaultCases, Setup } from "./case.ts";
import { exhaustionFaults } from "./exhaustion.ts";
import { limitsFaults } from "./limits.ts";
import { lossFaults } from "./loss.ts";
import { memoryFaults } from "./memory.ts";
import { numbersFaults } from "./numbers.ts";
import { resultsFaults } from "./results.ts";
import { sharingFaults } from "./sharing.ts";
import { watchWebGL } from "./watch.ts";

/** The cases by subject, those together that one page can run: what some count must not be touched by what others leave behind. */
export const faultPages = [
  { loss: lossFaults, limits: limitsFaults, results: resultsFaults, numbers: numbersFaults },
  { sharing: sharingFaults },
  { memory: memoryFaults, exhaustion: exhaustionFaults },
] satisfies readonly Readonly<Record<string, FaultCases>>[];

/** The cases of each subject. */
export const faults: Readonly<Record<FaultSubject, FaultCases>> = Object.assign({}, ...faultPages);

/** What faults are about. */
export type FaultSubject = KeyOf<(typeof faultPages)[number]>;

type KeyOf<Page> = Page extends Page ? keyof Page : never;

/** A case that can be run. */
export interface Fault {
  readonly name: string;
  run(): Promise<void>;
}

/** The cases of these subjects on the mode, for one after the other to run. WebGL is watched from now on. */
export default function faultsOf(mode: Setup["mode"], subjects: readonly FaultSubject[]): readonly Fault[] {
  const setup = { mode, watched: watchWebGL() };
  return subjects.flatMap((subject) =>
    Object.entries(faults[subject]).map(([name, run]) => ({ name, run: () => run(setup) })),
  );
}
