/** Which workloads did the user name? */
import { Failure } from "../failure.ts";
import { type Lengths, lossKinds } from "../measure/losses.ts";
import type { WorkloadKind } from "../measure/workload.ts";
import { workloadKinds } from "../measure/workloads.ts";
import { suggestion } from "../suggestion.ts";

/** What is measured if nothing is named. */
const usual = "workloads";

/** Every kind that one of the names selects, each once; throws `Failure` for a name that selects none. */
export function selectWorkloads(names: readonly string[], lengths: Lengths = {}): readonly WorkloadKind[] {
  const kinds = [...workloadKinds, ...lossKinds(lengths)];
  const wanted = names.length === 0 ? [usual] : names;
  for (const name of wanted) {
    if (kinds.some((kind) => selects(name, kind))) continue;
    const known = [...new Set(kinds.flatMap((kind) => [kind.name, ...kind.groups]))];
    throw new Failure(
      `The workload must be one of ${workloadKinds.map((kind) => kind.name).join(", ")}, a loss, or "workloads" or "losses", got ${JSON.stringify(name)}.` +
        `${suggestion(name, known)} "npm run bench -- list" shows them all.`,
    );
  }
  return kinds.filter((kind) => wanted.some((name) => selects(name, kind)));
}

function selects(name: string, kind: WorkloadKind): boolean {
  const word = name.toLowerCase();
  return [kind.name, ...kind.groups].some((known) => known.toLowerCase() === word);
}
