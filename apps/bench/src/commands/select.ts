/** Which workloads did the user name? */
import { Failure } from "../failure.ts";
import type { Lengths } from "../measure/lengths.ts";
import { allKinds } from "../measure/kinds.ts";
import { selectKinds } from "../measure/selection.ts";
import type { WorkloadKind } from "../measure/workload.ts";
import { workloadKinds } from "../measure/workloads.ts";
import { suggestion } from "../suggestion.ts";

/** What is measured if nothing is named. */
const usual = "workloads";

/** Every kind that one of the names selects, each once; throws `Failure` for a name that selects none. */
export function selectWorkloads(names: readonly string[], lengths: Lengths = {}): readonly WorkloadKind[] {
  const all = allKinds(lengths);
  const { kinds, unknown } = selectKinds(names.length === 0 ? [usual] : names, all);
  for (const name of unknown) {
    const known = [...new Set(all.flatMap((kind) => [kind.name, ...kind.groups]))];
    throw new Failure(
      `The workload must be one of ${workloadKinds.map((kind) => kind.name).join(", ")}, a loss, or "workloads" or "losses", got ${JSON.stringify(name)}.` +
        `${suggestion(name, known)} "npm run bench -- list" shows them all.`,
    );
  }
  return kinds;
}
