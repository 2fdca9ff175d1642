/** How is a tensor made compatible with another in dtype, shape and axes? */
import { type DType, type Tensor, broadcastTo, cast, clip, less, mean, reshape, sum } from "@symloss/core";
import { isFloat } from "@symloss/core/engine";
import { productOf } from "../data.ts";

/** The shape of a tensor in a random graph, where all lengths are numbers. */
export function lengthsOf(x: Tensor): readonly number[] {
  return x.shape as readonly number[];
}

/** The tensor as floats of a dtype. */
export function asFloat(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : cast(x, dtype);
}

/** The tensor as integers small enough that their products, and sums of hundreds of those, are exact on every engine. */
export function asInteger(x: Tensor): Tensor {
  if (x.dtype === "bool") return cast(x, "int32");
  return isFloat(x.dtype) ? cast(clip(x, -50, 50), "int32") : clip(x, -50, 50);
}

/** The tensor as conditions. */
export function asCondition(x: Tensor): Tensor {
  return x.dtype === "bool" ? x : less(x, 1);
}

/** The tensor itself if it broadcasts with the other without growing much; else its mean, or its sum if it is integer or empty. */
export function fit(y: Tensor, x: Tensor): Tensor {
  const rank = Math.max(x.rank, y.rank);
  const lengths = Array.from({ length: rank }, (_, index): [number, number] => [
    lengthsOf(x).at(index - rank) ?? 1,
    lengthsOf(y).at(index - rank) ?? 1,
  ]);
  const fits = lengths.every(([left, right]) => left === right || left === 1 || right === 1);
  const size = productOf(lengths.map(([left, right]) => (left === 1 ? right : left)));
  if (fits && size <= Math.max(250, x.size)) return y;
  return isFloat(y.dtype) && y.size > 0 ? mean(y) : sum(y);
}

/** The tensor broadcast to the shape of another, reduced first if it does not fit. */
export function spreadTo(y: Tensor, x: Tensor): Tensor {
  const fitted = fit(y, x);
  const fits =
    fitted.rank <= x.rank &&
    fitted.shape.every((length, axis) => length === 1 || length === x.shape[axis + x.rank - fitted.rank]);
  return broadcastTo(fits ? fitted : sum(fitted), x.shape);
}

/** The tensor as a vector. */
export function flat(x: Tensor): Tensor {
  return reshape(x, [x.size]);
}

/** The tensor as a matrix, its leading axes merged. */
export function rowsOf(x: Tensor): Tensor {
  const columns = lengthsOf(x).at(-1) ?? 1;
  return reshape(x, [productOf(lengthsOf(x).slice(0, -1)), columns]);
}

/** An axis, or null for all. */
export function axisOf(x: Tensor, choice: number): number | null {
  return x.rank === 0 || choice % 4 === 3 ? null : choice % x.rank;
}

/** The tensor with its axes in another order. */
export function turned(rank: number, choice: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => (axis + choice) % Math.max(1, rank));
  return choice % 2 === 0 ? axes : axes.toReversed();
}
