/** Which loop goes inside which? One order for all labels, so that memory is traversed as it lies; the largest arrays decide. */
import type { Affine, Element, Label } from "../element/element.ts";
import type { Store } from "../element/store.ts";
import { assumeLength } from "../program/length.ts";
import type { Buffer } from "../program/program.ts";
import { makeHeap } from "./heap.ts";
import { type Inside, makeNesting } from "./nesting.ts";

/** Something that is read or written: where, and how much of it there is. */
interface Access {
  readonly offset: Affine;
  readonly size: number;
}

/** The position of each label in the order, the outermost first. */
export function orderLabels(stores: readonly Store[], elements: readonly Element[]): ReadonlyMap<Label, number> {
  const accesses = accessesOf(stores, elements).toSorted((left, right) => right.size - left.size);
  const weights = new Map<Label, number>();
  const known = [...elements, ...stores, ...stores.map(({ element }) => element)];
  for (const { labels } of known) for (const label of labels) if (!weights.has(label)) weights.set(label, 0);
  const nesting = makeNesting([...weights.keys()]);
  for (const element of elements) {
    // A sum over several axes is added in their order, row by row, however the array lies in memory.
    if (element.kind === "reduce" && element.reduction !== "total") nesting.putInside(element.over);
  }
  for (const { offset, size } of accesses) {
    const labels = offset.terms
      .toSorted((left, right) => assumeLength(right.stride) - assumeLength(left.stride))
      .map(({ label }) => label);
    for (const label of labels) weights.set(label, Math.max(weights.get(label)!, size));
    nesting.putInside(labels);
  }
  return numbered(nesting.inside, weights);
}

function accessesOf(stores: readonly Store[], elements: readonly Element[]): Access[] {
  const read = elements.filter((element) => element.kind === "load");
  return [...read, ...stores].map(({ offset, buffer }) => ({ offset, size: assumedSize(offset, buffer) }));
}

/** The size that decisions reckon with. */
function assumedSize({ terms }: Affine, { size }: Buffer): number {
  return terms.reduce((product, { label: { extent, weight } }) => {
    const length = assumeLength(extent);
    return length === weight || length === 0 ? product : (product / length) * weight;
  }, assumeLength(size));
}

/** Of the labels that may come next, the one that traverses the largest array. */
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
