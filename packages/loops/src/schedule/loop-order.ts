/** Which loop goes inside which? One order for all labels, so that memory is walked as it lies, the largest arrays first. */
import type { Store } from "../element/store.ts";
import type { Label, Linear, Value } from "../element/element.ts";

/** Something that is read or written: where, and how much of it there is. */
interface Access {
  readonly offset: Linear;
  readonly size: number;
}

/** The position of each label in the order, the outermost first. */
export function orderLabels(stores: readonly Store[], values: readonly Value[]): ReadonlyMap<Label, number> {
  const accesses = accessesOf(stores, values).toSorted((left, right) => right.size - left.size);
  const weights = new Map<Label, number>();
  const known = [...values, ...stores, ...stores.map(({ value }) => value)];
  for (const { labels } of known) for (const label of labels) if (!weights.has(label)) weights.set(label, 0);
  const inside = new Map<Label, Set<Label>>([...weights.keys()].map((label) => [label, new Set<Label>()]));
  for (const value of values) noteOrder(value, inside);
  for (const { offset, size } of accesses) {
    const labels = offset.terms.toSorted((left, right) => right.stride - left.stride).map(({ label }) => label);
    for (const [position, label] of labels.entries()) {
      weights.set(label, Math.max(weights.get(label)!, size));
      const inner = labels[position + 1];
      if (inner !== undefined && !reaches(inside, inner, label)) inside.get(label)!.add(inner);
    }
  }
  return numbered(inside, weights);
}

/** What is added up along several axes is added in their order, row by row, whatever lies in memory and however large. */
function noteOrder(value: Value, inside: ReadonlyMap<Label, Set<Label>>): void {
  if (value.kind !== "reduce" || value.reduction === "total") return;
  for (const [position, label] of value.over.entries()) {
    const inner = value.over[position + 1];
    if (inner !== undefined && !reaches(inside, inner, label)) inside.get(label)!.add(inner);
  }
}

function accessesOf(stores: readonly Store[], values: readonly Value[]): Access[] {
  const written = stores.map(({ offset, buffer }) => ({ offset, size: buffer.size }));
  const read = values.flatMap((value) =>
    value.kind === "load" ? [{ offset: value.offset, size: value.buffer.size }] : [],
  );
  return [...read, ...written];
}

function reaches(inside: ReadonlyMap<Label, ReadonlySet<Label>>, from: Label, to: Label): boolean {
  // A set is walked while it grows.
  const reached = new Set([from]);
  for (const label of reached) for (const next of inside.get(label)!) reached.add(next);
  return reached.has(to);
}

/** Of the labels that may come next, the one that walks the largest array. */
function numbered(
  inside: ReadonlyMap<Label, ReadonlySet<Label>>,
  weights: ReadonlyMap<Label, number>,
): Map<Label, number> {
  const order = new Map<Label, number>();
  const outside = new Map([...inside.keys()].map((label) => [label, 0]));
  const count = (labels: ReadonlySet<Label>, change: number): void => {
    for (const label of labels) outside.set(label, outside.get(label)! + change);
  };
  for (const inner of inside.values()) count(inner, 1);
  while (outside.size > 0) {
    let best: Label | undefined;
    for (const [label, outer] of outside) {
      if (outer === 0 && (best === undefined || weights.get(label)! > weights.get(best)!)) best = label;
    }
    order.set(best!, order.size);
    outside.delete(best!);
    count(inside.get(best!)!, -1);
  }
  return order;
}
