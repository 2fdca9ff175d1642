/** How are reductions and the softmax family computed: line by line, in float64, rounded once? */
import { type TypedArray, castNumber, dropAxes, sizeOf } from "@symloss/core/engine";
import { type Layout, copier, forEachPoint, nest, pickAxes, rowMajor, withoutAxes } from "../layout.ts";
import type { Fill, Row } from "../row.ts";

/** The sum of integers saturates, like all integer arithmetic. */
export const sum: Row<"sum"> = ([x], { axes }, { dtype }) => ({
  fill: reduceLines(x!, axes, (xs, start, step, length) => castNumber(sumLine(xs, start, step, length), dtype)),
});

export const max: Row<"max"> = ([x], { axes }) => ({ fill: reduceLines(x!, axes, maxLine) });

export const argmax: Row<"argmax"> = ([x], { axis }) => ({ fill: reduceLines(x!, [axis], argmaxLine) });

/** -Infinity if every element is, or if there are none; Infinity if any is. */
export const logSumExp: Row<"logSumExp"> = ([x], { axis }, { shape }) => ({
  fill: withPowers(x!, axis, rowMajor(shape), (result, to, _xs, _from, largest, powers) => {
    // Subtracting an infinity would make the powers NaN.
    result[to] = Math.abs(largest) === Infinity ? largest : largest + Math.log(sumLine(powers, 0, 1, powers.length));
  }),
});

/** NaN along a line whose largest element is infinite, of either sign. */
export const softmax: Row<"softmax"> = ([x], { axis }, { shape }) => {
  const target = rowMajor(shape);
  const step = target.strides[axis]!;
  return {
    fill: withPowers(x!, axis, withoutAxes(target, [axis]), (result, to, _xs, _from, _largest, powers) => {
      const total = sumLine(powers, 0, 1, powers.length);
      for (let index = 0; index < powers.length; index++) result[to + index * step] = powers[index]! / total;
    }),
  };
};

/** NaN where softmax is. */
export const logSoftmax: Row<"logSoftmax"> = ([x], { axis }, { shape }) => {
  const target = rowMajor(shape);
  const step = target.strides[axis]!;
  const xStep = x!.strides[axis]!;
  return {
    fill: withPowers(x!, axis, withoutAxes(target, [axis]), (result, to, xs, from, largest, powers) => {
      const logTotal = Math.log(sumLine(powers, 0, 1, powers.length));
      for (let index = 0; index < powers.length; index++) {
        result[to + index * step] = xs[from + index * xStep]! - largest - logTotal;
      }
    }),
  };
};

/** One number from the elements at `start`, `start + step`, .. */
type ReduceLine = (xs: TypedArray, start: number, step: number, length: number) => number;

function reduceLines(x: Layout, axes: readonly number[], reduceLine: ReduceLine): Fill {
  const lines = nest([withoutAxes(x, axes)]);
  const line = nest([pickAxes(x, axes)]);
  if (line.lengths.length > 1) return reduceCopiedLines(x, axes, reduceLine);
  const length = line.lengths[0] ?? 1;
  const step = line.steps[0]![0] ?? 0;
  return (result, xs) => {
    let to = 0;
    forEachPoint(lines, ([from]) => {
      result[to++] = reduceLine(xs!, from!, step, length);
    });
  };
}

/** Elements that are not evenly spaced are first copied to where they are. */
function reduceCopiedLines(x: Layout, axes: readonly number[], reduceLine: ReduceLine): Fill {
  const kept = dropAxes([...x.shape.keys()], axes) as number[];
  const source = pickAxes(x, [...kept, ...axes]);
  const copy = copier(rowMajor(source.shape), source);
  const size = sizeOf(source.shape);
  const length = sizeOf(pickAxes(x, axes).shape);
  const reduce = reduceLines(rowMajor([sizeOf(pickAxes(x, kept).shape), length]), [1], reduceLine);
  return (result, xs) => {
    const copied = new Float64Array(size);
    copy(copied, xs!);
    reduce(result, copied);
  };
}

/** Writes the results of one line, from its largest element and exp(x - largest) of all of them. */
type WriteLine = (
  result: TypedArray,
  to: number,
  xs: TypedArray,
  from: number,
  largest: number,
  powers: Float64Array,
) => void;

function withPowers(x: Layout, axis: number, target: Layout, writeLine: WriteLine): Fill {
  const lines = nest([target, withoutAxes(x, [axis])]);
  const length = x.shape[axis]!;
  const step = x.strides[axis]!;
  return (result, xs) => {
    const powers = new Float64Array(length);
    forEachPoint(lines, ([to, from]) => {
      const largest = maxLine(xs!, from!, step, length);
      for (let index = 0, at = from!; index < length; index++, at += step) powers[index] = Math.exp(xs![at]! - largest);
      writeLine(result, to!, xs!, from!, largest, powers);
    });
  };
}

/** Halves are added, down to short runs, so that the error only grows with the logarithm of the length. */
function sumLine(xs: TypedArray, start: number, step: number, length: number): number {
  if (length > 256) {
    const half = length >>> 1;
    return sumLine(xs, start, step, half) + sumLine(xs, start + half * step, step, length - half);
  }
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let at = start;
  let index = 0;
  // Four sums, because one addition need not wait for another.
  for (; index + 3 < length; index += 4) {
    first += xs[at]!;
    second += xs[at + step]!;
    third += xs[at + 2 * step]!;
    fourth += xs[at + 3 * step]!;
    at += 4 * step;
  }
  for (; index < length; index++, at += step) first += xs[at]!;
  return first + second + (third + fourth);
}

/** -Infinity of nothing; `Math.max` carries NaN and takes 0 before -0. */
function maxLine(xs: TypedArray, start: number, step: number, length: number): number {
  let largest = -Infinity;
  for (let index = 0, at = start; index < length; index++, at += step) largest = Math.max(largest, xs[at]!);
  return largest;
}

function argmaxLine(xs: TypedArray, start: number, step: number, length: number): number {
  let best = 0;
  for (let index = 0, at = start; index < length; index++, at += step) {
    const value = xs[at]!;
    if (Number.isNaN(value)) return index;
    if (value > xs[start + best * step]!) best = index;
  }
  return best;
}
