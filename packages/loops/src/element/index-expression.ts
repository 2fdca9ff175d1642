/** How are tensors indexed by labels? */
import { type Tensor, stridesOf } from "@symloss/core/engine";
import type { Context } from "./store.ts";
import { type Label, type Linear, type Value, type Values, combine, linearOf, zero } from "./element.ts";

export function axisIndex(label: Label | undefined): Linear {
  return label === undefined ? zero : linearOf(label);
}

export function termLabels({ terms }: Linear): readonly Label[] {
  return terms.map(({ label }) => label);
}

export function rowMajor({ shape }: Tensor, index: readonly Linear[]): Linear {
  const strides = stridesOf(shape as readonly number[]);
  return combine(index.map((entry, axis) => [entry, strides[axis]!] as const));
}

/** The label of an axis, or one in its place where the index holds that already: the same for all who ask with such an index. */
export function freeLabel(x: Tensor, axis: number, index: readonly Linear[], { labels }: Context): Label | undefined {
  let label = labels.of(x, axis);
  const isTaken = (own: Label): boolean =>
    index.some(
      (entry) =>
        entry.terms.some((term) => term.label === own) || entry.others.some(({ value }) => value.labels.includes(own)),
    );
  while (label !== undefined && isTaken(label)) label = labels.instead(label);
  return label;
}

/** An index as a value. */
export function valueOf({ constant, terms, others }: Linear, values: Values): Value {
  const scale = (value: Value, stride: number): Value =>
    stride === 1 ? value : values.apply("mul", [value, values.constant(stride, "int32")], "int32");
  const parts = [
    ...terms.map(({ label, stride }) => scale(values.index(label), stride)),
    ...others.map(({ value, stride }) => scale(value, stride)),
  ];
  if (constant !== 0 || parts.length === 0) parts.push(values.constant(constant, "int32"));
  return parts.reduce((left, right) => values.apply("add", [left, right], "int32"));
}
