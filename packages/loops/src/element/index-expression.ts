/** How are tensors indexed by labels? */
import { EngineError, type Tensor } from "@symloss/core/engine";
import { type Length, strides } from "../program/length.ts";
import type { Context } from "./store.ts";
import { affineOf, combine, zero } from "./affine.ts";
import type { ElementBuilder } from "./builder.ts";
import type { Affine, Element, Label } from "./element.ts";
import type { Labels } from "./labels.ts";

export function axisIndex(label: Label | undefined): Affine {
  return label === undefined ? zero : affineOf(label);
}

export function termLabels({ terms }: Affine): readonly Label[] {
  return terms.map(({ label }) => label);
}

/** Throws `EngineError` unless the index has an entry for each axis. */
export function rowMajor(tensor: Tensor, index: readonly Affine[]): Affine {
  const { shape, rank } = tensor;
  if (index.length !== rank) {
    throw new EngineError(
      `loops: the index of ${tensor} must have ${rank} entries, got ${index.length}. The graph is not one of this library's making.`,
    );
  }
  const steps = strides(shape);
  return combine(index.map((entry, axis) => [entry, steps[axis]!] as const));
}

/** The index with 0 for each axis that has no loop: what does not vary along a batch must not seem to if that has length 1. */
export function alongLoops(tensor: Tensor, index: readonly Affine[], { hasLoop }: Labels): readonly Affine[] {
  return index.every((entry, axis) => entry === zero || hasLoop(tensor, axis))
    ? index
    : index.map((entry, axis) => (hasLoop(tensor, axis) ? entry : zero));
}

/** The label of an axis, or a substitute if the index uses it already: always the same one for the same index. */
export function freeLabel(x: Tensor, axis: number, index: readonly Affine[], { labels }: Context): Label | undefined {
  let label = labels.of(x, axis);
  const isTaken = (own: Label): boolean =>
    index.some(
      (entry) =>
        entry.terms.some((term) => term.label === own) ||
        entry.others.some(({ element }) => element.labels.includes(own)),
    );
  while (label !== undefined && isTaken(label)) label = labels.instead(label);
  return label;
}

/** An index as an element. */
export function elementOfIndex({ constant, terms, others }: Affine, builder: ElementBuilder): Element {
  const scale = (element: Element, stride: Length): Element =>
    stride === 1 ? element : builder.apply("mul", [element, builder.length(stride, "int32")], "int32");
  const parts = [
    ...terms.map(({ label, stride }) => scale(builder.index(label), stride)),
    ...others.map(({ element, stride }) => scale(element, stride)),
  ];
  if (constant !== 0 || parts.length === 0) parts.push(builder.length(constant, "int32"));
  return parts.reduce((left, right) => builder.apply("add", [left, right], "int32"));
}
