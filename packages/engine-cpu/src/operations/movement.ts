/** How are elements moved: as a view of the operand if they can stay where they are, otherwise by copying? */
import { sameShape, stridesOf } from "@symloss/core/engine";
import { type Layout, copier, isContiguous, part, pickAxes, rowMajor } from "../layout.ts";
import type { Row } from "../row.ts";

/** Inputs and constants exist before anything runs, row-major; their array serves as the operand. */
export const given: Row<"input" | "constant"> = (_, { shape }) => ({ view: rowMajor(shape as readonly number[]) });

export const iota: Row<"iota"> = (_, { size }) => ({
  fill: (result) => {
    for (let index = 0; index < size; index++) result[index] = index;
  },
});

export const dimensionSize: Row<"dimensionSize"> = ([x], { axes }) => ({
  fill: (result) => {
    result[0] = axes.reduce((size, axis) => size * x!.shape[axis]!, 1);
  },
});

export const reshape: Row<"reshape"> = ([x], _, { shape }) => {
  if (isContiguous(x!)) return { view: { ...x!, shape, strides: stridesOf(shape) } };
  const strides = stridesBetweenOnes(x!, shape);
  return strides === undefined ? { fill: copier(rowMajor(x!.shape), x!) } : { view: { ...x!, shape, strides } };
};

export const transpose: Row<"transpose"> = ([x], { permutation }) => ({ view: pickAxes(x!, permutation) });

export const broadcastTo: Row<"broadcastTo"> = ([x], _, { shape }) => {
  const added = shape.length - x!.shape.length;
  const strides = shape.map((_length, axis) => ((x!.shape[axis - added] ?? 1) === 1 ? 0 : x!.strides[axis - added]!));
  return { view: { ...x!, shape, strides } };
};

export const slice: Row<"slice"> = ([x], { starts }, { shape }) => ({ view: part(x!, starts, shape) });

export const pad: Row<"pad"> = ([x], { before }, { shape }) => ({
  fill: copier(part(rowMajor(shape), before, x!.shape), x!),
});

export const concat: Row<"concat"> = (operands, { axis }, { shape }) => {
  let start = 0;
  const copies = operands.map((operand) => {
    const starts = shape.map((_, index) => (index === axis ? start : 0));
    start += operand.shape[axis]!;
    return copier(part(rowMajor(shape), starts, operand.shape), operand);
  });
  return {
    fill: (result, ...arrays) => {
      for (const [index, copy] of copies.entries()) copy(result, arrays[index]!);
    },
  };
};

/** The strides for a shape that only differs in axes of length 1; otherwise undefined. */
function stridesBetweenOnes(x: Layout, shape: readonly number[]): number[] | undefined {
  const long = [...x.shape.keys()].filter((axis) => x.shape[axis] !== 1);
  const { shape: lengths, strides } = pickAxes(x, long);
  const target = shape.filter((length) => length !== 1);
  if (!sameShape(lengths, target)) return undefined;
  let next = 0;
  return shape.map((length) => (length === 1 ? 0 : strides[next++]!));
}
