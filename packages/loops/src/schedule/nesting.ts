/** Which labels go inside which, without a cycle? */
import type { Label } from "../element/element.ts";

/** For each label those that go right inside it. */
export type Inside = ReadonlyMap<Label, ReadonlySet<Label>>;

/** Labels that go inside each other. */
export interface Nesting {
  readonly inside: Inside;
  /** Puts each label inside the one before it, unless that is inside it already. */
  putInside(labels: readonly Label[]): void;
}

/** Links between labels, and a rank for each, lower than those of all labels inside it (Pearce and Kelly, 2006). */
interface Order {
  readonly inside: Map<Label, Set<Label>>;
  readonly outside: Map<Label, Set<Label>>;
  readonly ranks: Map<Label, number>;
}

/** These labels, none of which is inside another yet. */
export function makeNesting(labels: readonly Label[]): Nesting {
  const order: Order = {
    inside: new Map(labels.map((label) => [label, new Set<Label>()])),
    outside: new Map(labels.map((label) => [label, new Set<Label>()])),
    ranks: new Map(labels.map((label, rank) => [label, rank])),
  };
  return {
    inside: order.inside,
    putInside(nest) {
      for (const [position, inner] of nest.slice(1).entries()) link(nest[position]!, inner, order);
    },
  };
}

function link(outer: Label, inner: Label, order: Order): void {
  const { inside, outside, ranks } = order;
  if (inside.get(outer)!.has(inner)) return;
  const [low, high] = [ranks.get(inner)!, ranks.get(outer)!];
  if (low <= high) {
    const after = reached(inner, inside, (label) => ranks.get(label)! <= high);
    if (after.has(outer)) return;
    const before = reached(outer, outside, (label) => ranks.get(label)! >= low);
    reorder([before, after], ranks);
  }
  inside.get(outer)!.add(inner);
  outside.get(inner)!.add(outer);
}

/** A label and all that links lead to from it, by way of labels that may be met. */
function reached(from: Label, links: Inside, mayMeet: (label: Label) => boolean): Set<Label> {
  // A set is walked while it grows.
  const met = new Set([from]);
  for (const label of met) for (const next of links.get(label)!) if (mayMeet(next)) met.add(next);
  return met;
}

/** Redistributes the ranks of these labels among them, those of the first set first. */
function reorder(sets: readonly Set<Label>[], ranks: Map<Label, number>): void {
  const byRank = (left: Label, right: Label): number => ranks.get(left)! - ranks.get(right)!;
  const labels = sets.flatMap((set) => [...set].toSorted(byRank));
  const free = labels.map((label) => ranks.get(label)!).toSorted((left, right) => left - right);
  for (const [position, label] of labels.entries()) ranks.set(label, free[position]!);
}
