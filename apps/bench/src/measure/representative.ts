/** Which entries of a measurement stand for those who took part? */
import type { ContenderKind } from "../contenders/contender.ts";
import type { ContenderDescription, Entry, Measurement } from "./result.ts";

/** An entry, with the name and the kind of whom it stands for. */
export type Representative = Entry & { readonly label: string; readonly kind: ContenderKind };

/** Every entry of an engine; of everyone else the fastest of all formulations, under the name of the contender. */
export function representativesOf(
  { entries }: Measurement,
  contenders: readonly ContenderDescription[],
): readonly Representative[] {
  return contenders.flatMap(({ name, kind }): readonly Representative[] => {
    const own = entries.filter(({ contender }) => contender === name);
    if (kind === "engine") return own.map((entry) => ({ ...entry, label: entry.name, kind }));
    const [fastest] = own.toSorted((left, right) => left.nanoseconds.median - right.nanoseconds.median);
    return fastest === undefined ? [] : [{ ...fastest, label: name, kind }];
  });
}
