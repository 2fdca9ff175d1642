/** What does the worker do for the race? It knows every workload, and measures. */
import { engineContender } from "../../src/contenders/engine.ts";
import { allKinds } from "../../src/measure/kinds.ts";
import { selectKinds } from "../../src/measure/selection.ts";
import type { WorkloadKind } from "../../src/measure/workload.ts";
import { type RaceChoice, sizesOf } from "../../src/race/choice.ts";
import { type Opening, type RaceReport, race } from "../../src/race/race.ts";
import { engineTable } from "../engines.ts";
import { factories } from "../open-engine.ts";
import { rivalOpenings } from "./open-rival.ts";

/** What the page must know of a kind of workload. */
export type KindDescription = Pick<WorkloadKind, "name" | "title" | "groups" | "rows" | "rowElements">;

/** Every kind of workload. */
export function describeKinds(): readonly KindDescription[] {
  return allKinds().map(({ name, title, groups, rows, rowElements }) => ({ name, title, groups, rows, rowElements }));
}

/** Measures what is chosen; throws `RangeError` if there is no such workload. */
export async function runRace(choice: RaceChoice, report: RaceReport): Promise<void> {
  const { workloads, sizes, rounds, seconds, against } = choice;
  const { kinds, unknown } = selectKinds(workloads, allKinds(choice.lengths));
  if (unknown.length > 0) throw new RangeError(`The workloads must be among those that there are, got ${unknown[0]}.`);
  await race(openingsOf(choice), { kinds, sizes: sizesOf(sizes), rounds, seconds, against }, report);
}

function openingsOf({ engines, beside, arrays }: RaceChoice): readonly Opening[] {
  return [
    ...engines.map((name) => ({
      name,
      open: async () => engineContender(name, await factories[name](), arrays, engineTable[name]),
    })),
    ...beside.map((name) => ({ name, open: () => rivalOpenings[name](arrays) })),
  ];
}
