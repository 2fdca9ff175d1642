/** Which workloads does a name select? */
import type { WorkloadKind } from "./workload.ts";

/** What names select. */
export interface Selection<Kind> {
  /** Each once, in their own order. */
  readonly kinds: readonly Kind[];
  /** The names that select none. */
  readonly unknown: readonly string[];
}

/** The kinds that one of the names selects: by its own name, or by one of its groups. */
export function selectKinds<Kind extends Pick<WorkloadKind, "name" | "groups">>(
  names: readonly string[],
  kinds: readonly Kind[],
): Selection<Kind> {
  const wanted = names.map((name) => name.toLowerCase());
  const known = new Set(kinds.flatMap(wordsOf));
  return {
    kinds: kinds.filter((kind) => wordsOf(kind).some((word) => wanted.includes(word))),
    unknown: names.filter((name) => !known.has(name.toLowerCase())),
  };
}

function wordsOf({ name, groups }: Pick<WorkloadKind, "name" | "groups">): readonly string[] {
  return [name, ...groups].map((word) => word.toLowerCase());
}
