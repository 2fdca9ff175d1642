/** Which workloads did the user name? */
import { Failure } from "../failure.ts";
import { allKinds } from "../measure/kinds.ts";
import { type Lengths, usualLengths } from "../measure/lengths.ts";
import { kindsOf } from "../measure/losses.ts";
import { selectKinds } from "../measure/selection.ts";
import type { WorkloadKind } from "../measure/workload.ts";
import { workloadKinds } from "../measure/workloads.ts";
import { suggestion } from "../suggestion.ts";
import { axesOf, isPlace, lossAt } from "./own-losses.ts";

/** What is measured if nothing is named. */
const usual = "workloads";

/** What the user named. */
export interface Selected {
  readonly kinds: readonly WorkloadKind[];
  /** The places of the losses of his own that are among them. */
  readonly places: readonly string[];
}

/**
 * Every kind that one of the names selects, each once, then those of losses in files; throws `Failure` for a name that selects none, or a
 * length of what is no axis.
 */
export async function selectWorkloads(names: readonly string[], lengths: Lengths = {}): Promise<Selected> {
  const all = allKinds(lengths);
  const { kinds, unknown } = selectKinds(names.length === 0 ? [usual] : names, all);
  for (const name of unknown) {
    if (isPlace(name)) continue;
    const known = [...new Set(all.flatMap((kind) => [kind.name, ...kind.groups]))];
    throw new Failure(
      `The workload must be one of ${workloadKinds.map((kind) => kind.name).join(", ")}, a loss, or "workloads", "losses" or a loss of your own (./wing.js#wing), got ${JSON.stringify(name)}.` +
        `${suggestion(name, known)} "npm run bench -- list" shows them all.`,
    );
  }
  const own = await Promise.all(unknown.map(lossAt));
  requireAxes(lengths, [...new Set([...Object.keys(usualLengths), ...own.flatMap(axesOf)])]);
  return { kinds: [...kinds, ...own.flatMap((loss) => kindsOf(loss, lengths))], places: unknown };
}

function requireAxes(lengths: Lengths, known: readonly string[]): void {
  const unknown = Object.keys(lengths).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new Failure(
    `--lengths must be one of ${known.join(", ")}, got ${JSON.stringify(unknown)}.${suggestion(unknown, known)}`,
  );
}
