/** Which loop goes inside which? One order for all labels, so that memory is walked as it lies, the largest arrays first. */
import type { Affine, Element, Label } from "../element/element.ts";
import type { Store } from "../element/store.ts";
import { makeHeap } from "./heap.ts";

/** Something that is read or written: where, and how much of it there is. */
interface Access {
  readonly offset: Affine;
  readonly size: number;
}

/** For each label those that go inside it. */
type Inside = ReadonlyMap<Label, Set<Label>>;

/** The position of each label in the order, the outermost first. */
export function orderLabels(stores: readonly Store[], elements: readonly Element[]): ReadonlyMap<Label, number> {
  const accesses = accessesOf(stores, elements).toSorted((left, right) => right.size - left.size);
  const weights = new Map<Label, number>();
  const known = [...elements, ...stores, ...stores.map(({ element }) => element)];
  for (const { labels } of known) for (const label of labels) if (!weights.has(label)) weights.set(label, 0);
  const inside = new Map<Label, Set<Label>>([...weights.keys()].map((label) => [label, new Set<Label>()]));
  for (const element of elements) noteOrder(element, inside);
  for (const { offset, size } of accesses) {
    const labels = offset.terms.toSorted((left, right) => right.stride - left.stride).map(({ label }) => label);
    for (const label of labels) weights.set(label, Math.max(weights.get(label)!, size));
    putInside(labels, inside);
  }
  return numbered(inside, weights);
}

/** What is added up along several axes is added in their order, row by row, whatever lies in memory and however large. */
function noteOrder(element: Element, inside: Inside): void {
  if (element.kind === "reduce" && element.reduction !== "total") putInside(element.over, inside);
}

function accessesOf(stores: readonly Store[], elements: readonly Element[]): Access[] {
  const written = stores.map(({ offset, buffer }) => ({ offset, size: buffer.size }));
  const read = elements.flatMap((element) =>
    element.kind === "load" ? [{ offset: element.offset, size: element.buffer.size }] : [],
  );
  return [...read, ...written];
}

/** Puts each label inside the one before it, unless that is inside it already. */
function putInside(labels: readonly Label[], inside: Inside): void {
  for (const [position, label] of labels.entries()) {
    const inner = labels[position + 1];
    const own = inside.get(label)!;
    if (inner !== undefined && !own.has(inner) && !reaches(inside, inner, label)) own.add(inner);
  }
}

function reaches(inside: Inside, from: Label, to: Label): boolean {
  // A set is walked while it grows.
  const reached = new Set([from]);
  for (const label of reached) {
    if (label === to) return true;
    for (const next of inside.get(label)!) reached.add(next);
  }
  return false;
}

/** Of the labels that may come next, the one that walks the largest array. */
function numbered(inside: Inside, weights: ReadonlyMap<Label, number>): Map<Label, number> {
  const ranks = new Map([...inside.keys()].map((label, rank) => [label, rank]));
  const outside = new Map([...inside.keys()].map((label) => [label, 0]));
  for (const inner of inside.values()) for (const label of inner) outside.set(label, outside.get(label)! + 1);
  const next = makeHeap<Label>((left, right) => {
    const difference = weights.get(left)! - weights.get(right)!;
    return difference === 0 ? ranks.get(left)! < ranks.get(right)! : difference > 0;
  });
  for (const [label, count] of outside) if (count === 0) next.push(label);
  const order = new Map<Label, number>();
  for (let label = next.pop(); label !== undefined; label = next.pop()) {
    order.set(label, order.size);
    for (const inner of inside.get(label)!) {
      const left = outside.get(inner)! - 1;
      outside.set(inner, left);
      if (left === 0) next.push(inner);
    }
  }
  return order;
}
