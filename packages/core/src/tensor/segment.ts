/** How are elements summed, or counted, by segment? */
import { print } from "../array/describe.ts";
import { OutOfRangeError, ShapeError } from "../array/errors.ts";
import { checkClassIndices, reshape } from "./movement.ts";
import { type TensorLike, type Tensor, makeTensor } from "./tensor.ts";
import { asTensor, expand, full, toDType } from "./operand.ts";
import { refuseSurplus } from "../array/options.ts";
import { type Dimension, isLength } from "../array/shape.ts";

/**
 * Sums values [n, ..] by segment: row s of the result [count, ..] is the sum of the rows whose entry in segments [n] is s, or 0 if
 * there is none. The gradient of a row is that of its sum.
 * Throws `ShapeError` unless there is one segment for each row, and `OutOfRangeError` if the count is not a length or a segment from
 * the host is not an integer from 0 to count - 1.
 * @example await evaluate(segmentSum([1, 2, 4], [0, 2, 0], 3), { engine }) // [5, 0, 2]
 */
export function segmentSum(values: TensorLike, segments: TensorLike, count: number): Tensor {
  refuseSurplus("segmentSum", arguments, ["values", "segments", "count"]);
  const rows = asTensor(values, "segmentSum", "values");
  const index = asTensor(segments, "segmentSum", "segments");
  requireCount("segmentSum", count);
  if (rows.rank === 0 || index.rank !== 1 || index.shape[0] !== rows.shape[0]) {
    throw new ShapeError(`segmentSum: values and segments must be [n, ..] and [n], got ${rows} and ${index}.`);
  }
  const checked = checkClassIndices("segmentSum", "segments", index, count);
  const beside: Dimension[] = rows.shape.map((length, axis) => (axis === 0 ? length : 1));
  const numbers = rows.dtype === "bool" ? toDType(rows, "int32") : rows;
  const places = expand(reshape(checked, beside), rows.shape);
  return makeTensor("scatterAdd", [numbers, places], { axis: 0, size: count });
}

/**
 * How often each index from 0 to count - 1 occurs in indices [..], as int32 [count].
 * Throws `OutOfRangeError` if the count is not a length or an index from the host is not an integer from 0 to count - 1.
 * @example await evaluate(bincount([0, 2, 0], 3), { engine }) // [2, 0, 1]
 */
export function bincount(indices: TensorLike, count: number): Tensor {
  refuseSurplus("bincount", arguments, ["indices", "count"]);
  const index = asTensor(indices, "bincount", "indices");
  requireCount("bincount", count);
  const places = reshape(checkClassIndices("bincount", "indices", index, count), [-1]);
  return makeTensor("scatterAdd", [full(1, places.shape, "int32"), places], { axis: 0, size: count });
}

function requireCount(caller: string, count: unknown): void {
  if (isLength(count)) return;
  throw new OutOfRangeError(`${caller}: count must be a non-negative integer, got ${print(count)}.`);
}
