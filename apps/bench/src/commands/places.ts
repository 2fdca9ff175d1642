/** Where can a race take place, and who can take part there? */
import { type Residence, residences } from "../contenders/residence.ts";
import { engineContender } from "../contenders/engine.ts";
import { rivalTable } from "../contenders/rivals.ts";
import { type EngineName, engineNames, engineTable, usualEngineNames } from "../engines.ts";
import type { Lengths } from "../measure/lengths.ts";
import type { Machine } from "../measure/result.ts";
import type { RaceChoice } from "../race/choice.ts";
import {
  type PageEngineName,
  type PageRivalName,
  pageEngineNames,
  pagePeerNames,
  pageRivalNames,
} from "../race/participants.ts";
import type { RacePlan } from "../race/plan.ts";
import { type RaceReport, race } from "../race/race.ts";
import { type BrowserOptions, raceInBrowser } from "./race-in-browser.ts";

/** A race, and who is asked to take part. */
export interface PlacedRace extends RacePlan {
  readonly engines: readonly string[];
  readonly beside: readonly string[];
  readonly arrays?: readonly Residence[] | undefined;
  /** What the kinds were made with. */
  readonly lengths?: Lengths | undefined;
}

/** Somewhere to race. */
export interface Place {
  readonly engines: readonly string[];
  readonly usualEngines: readonly string[];
  readonly beside: readonly string[];
  /** Those beside the engines that must be installed. */
  readonly peers: readonly string[];
  /** Runs a race, and says what it knows better than this process of the machine under it. */
  readonly race: (placed: PlacedRace, options: BrowserOptions, tell: RaceReport) => Promise<Partial<Machine>>;
}

/** Whoever else takes part if nobody says. */
export const usualBeside: readonly string[] = ["hand", "model"];

/** This process. */
export const thisProcess: Place = {
  engines: engineNames,
  usualEngines: usualEngineNames,
  beside: Object.keys(rivalTable),
  peers: Object.keys(rivalTable).filter((name) => rivalTable[name]!.peer),
  race: async ({ engines, beside, arrays = residences, ...plan }, _, tell) => {
    const openings = [
      ...engines.map((name) => ({
        name,
        open: async () => engineContender(name, await engineTable[name as EngineName].make(), arrays),
      })),
      ...beside.map((name) => ({ name, open: rivalTable[name]!.open })),
    ];
    await race(openings, plan, tell);
    return {};
  },
};

/** A browser that is found here. */
export const browser: Place = {
  engines: pageEngineNames,
  usualEngines: ["wasm", "cpu", "onnx", "gpu"],
  beside: pageRivalNames,
  peers: pagePeerNames,
  race: (placed, options, tell) => raceInBrowser(choiceOf(placed), options, tell),
};

function choiceOf({ kinds, sizes, engines, beside, ...placed }: PlacedRace): RaceChoice {
  const elements = sizes.filter((size) => size !== undefined);
  return {
    workloads: kinds.map(({ name }) => name),
    engines: engines as readonly PageEngineName[],
    beside: beside as readonly PageRivalName[],
    arrays: placed.arrays ?? residences,
    against: placed.against ?? "",
    rounds: placed.rounds,
    seconds: placed.seconds,
    sizes: elements.length === 0 ? { kind: "own" } : { kind: "these", elements },
    lengths: placed.lengths ?? {},
  };
}
