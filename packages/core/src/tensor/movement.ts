/** Which functions rearrange or select elements, or make tensors from a shape alone? */
import {
  formatShape,
  type Dimension,
  type Shape,
  isDimension,
  isLength,
  isListOf,
  sizeOf,
  withAxis,
} from "../array/shape.ts";
import type { DType } from "../array/dtype.ts";
import { checkDType, checkShape } from "../array/type-check.ts";
import { describe, print } from "../array/describe.ts";
import { DTypeError, OutOfRangeError, ShapeError } from "../array/errors.ts";
import { cast, equal } from "./elementwise.ts";
import { type TensorLike, type Tensor, makeTensor, requireTensor } from "./tensor.ts";
import { asTensor, asTensors, expand, full, toDType } from "./operand.ts";
import { type Axes, normalizeAxes, normalizeAxis } from "../array/axes.ts";
import { broadcastShapes, sameShape } from "../array/broadcast.ts";
import { refuseSurplus } from "../array/options.ts";

/** The same elements in another shape; one length may be -1, which is then computed from the others. */
export function reshape(x: TensorLike, shape: Shape): Tensor {
  refuseSurplus("reshape", arguments, ["x", "shape"], "shape");
  const tensor = asTensor(x, "reshape", "x");
  const wanted = fillIn(tensor, shape);
  return sameShape(tensor.shape, wanted) ? tensor : makeTensor("reshape", [tensor], { shape: wanted });
}

/** The axes permuted: axis i of the result is axis `permutation[i]` of x; without a permutation, the axes are reversed. */
export function transpose(x: TensorLike, permutation?: readonly number[]): Tensor {
  refuseSurplus("transpose", arguments, ["x", "permutation"], "permutation");
  const tensor = asTensor(x, "transpose", "x");
  if (permutation !== undefined) requireList("transpose", "permutation", permutation);
  const order = permutation ?? tensor.shape.map((_, axis) => tensor.rank - 1 - axis);
  const axes = order.map((axis) => normalizeAxis("transpose", axis, tensor.rank));
  if (axes.length !== tensor.rank || new Set(axes).size !== tensor.rank) {
    throw new OutOfRangeError(
      `transpose: permutation must name each axis of x once, got ${print(order)} for ${tensor}.`,
    );
  }
  return axes.every((axis, index) => axis === index)
    ? tensor
    : makeTensor("transpose", [tensor], { permutation: axes });
}

/** x with a new axis of length 1 at this position of the result. */
export function expandDims(x: TensorLike, axis: number): Tensor {
  refuseSurplus("expandDims", arguments, ["x", "axis"]);
  const tensor = asTensor(x, "expandDims", "x");
  const position = normalizeAxis("expandDims", axis, tensor.rank + 1);
  return makeTensor("reshape", [tensor], { shape: tensor.shape.toSpliced(position, 0, 1) });
}

/** x without these axes, which must have length 1; null, the default, means every such axis. */
export function squeeze(x: TensorLike, axis: Axes = null): Tensor {
  refuseSurplus("squeeze", arguments, ["x", "axis"], "axis");
  const tensor = asTensor(x, "squeeze", "x");
  const axes = normalizeAxes("squeeze", axis, tensor.rank).filter(
    (position) => axis !== null || tensor.shape[position] === 1,
  );
  for (const position of axes) {
    if (tensor.shape[position] !== 1)
      throw new ShapeError(`squeeze: axis ${position} must have length 1, got ${tensor}.`);
  }
  return reshape(
    tensor,
    tensor.shape.filter((_, position) => !axes.includes(position)),
  );
}

/** x repeated to the shape, aligned at the last axis. */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  refuseSurplus("broadcastTo", arguments, ["x", "shape"], "shape");
  checkShape("broadcastTo", shape);
  return expand(asTensor(x, "broadcastTo", "x"), [...shape]);
}

/** The part from `starts` up to `stops`, one entry for each axis; negative ones count from the end, and an omitted stop is the end. */
export function slice(x: TensorLike, starts: readonly number[], stops?: readonly (number | undefined)[]): Tensor {
  refuseSurplus("slice", arguments, ["x", "starts", "stops"]);
  const tensor = asTensor(x, "slice", "x");
  requireEntries(tensor, "starts", starts);
  if (stops !== undefined) requireEntries(tensor, "stops", stops);
  const begins: number[] = [];
  const ends: Dimension[] = [];
  for (const [axis, length] of tensor.shape.entries()) {
    const start = starts[axis] ?? 0;
    const stop = stops?.[axis];
    if (typeof length === "string") {
      if (start !== 0 || stop !== undefined) {
        throw new ShapeError(
          `slice: an axis with a named length must be taken whole, got ${start} to ${stop} for ${tensor}.`,
        );
      }
      begins.push(0);
      ends.push(length);
      continue;
    }
    const first = limit("slice", start, length);
    begins.push(first);
    ends.push(Math.max(first, limit("slice", stop ?? length, length)));
  }
  return sameShape(ends, tensor.shape) && begins.every((begin) => begin === 0)
    ? tensor
    : makeTensor("slice", [tensor], { starts: begins, stops: ends });
}

/** x with zeros (or false) added before and after along each axis. */
export function pad(x: TensorLike, before: readonly number[], after: readonly number[]): Tensor {
  refuseSurplus("pad", arguments, ["x", "before", "after"]);
  const tensor = asTensor(x, "pad", "x");
  const valid = [before, after].every((list) => isListOf(list, isLength) && list.length === tensor.rank);
  if (!valid) {
    throw new ShapeError(
      `pad: before and after must have one non-negative width for each axis, got ${print(before)} and ${print(after)} for ${tensor}.`,
    );
  }
  return [...before, ...after].every((width) => width === 0)
    ? tensor
    : makeTensor("pad", [tensor], { before: [...before], after: [...after] });
}

/** The tensors joined along the axis. */
export function concat(tensors: readonly TensorLike[], axis = 0): Tensor {
  refuseSurplus("concat", arguments, ["tensors", "axis"]);
  const parts = together("concat", tensors);
  const position = normalizeAxis("concat", axis, parts[0]!.rank);
  return parts.length === 1 ? parts[0]! : makeTensor("concat", parts, { axis: position });
}

/** The tensors, all of one shape, joined along a new axis. */
export function stack(tensors: readonly TensorLike[], axis = 0): Tensor {
  refuseSurplus("stack", arguments, ["tensors", "axis"]);
  const parts = together("stack", tensors);
  for (const part of parts) {
    if (!sameShape(part.shape, parts[0]!.shape)) {
      throw new ShapeError(`stack: tensors must have the same shape, got ${parts.join(" and ")}.`);
    }
  }
  const position = normalizeAxis("stack", axis, parts[0]!.rank + 1);
  return concat(
    parts.map((part) => expandDims(part, position)),
    position,
  );
}

/** The elements of x at `indices` (int32) along the axis; both have the same rank and broadcast on the other axes. */
export function takeAlongAxis(x: TensorLike, indices: TensorLike, axis = -1): Tensor {
  refuseSurplus("takeAlongAxis", arguments, ["x", "indices", "axis"]);
  const tensor = asTensor(x, "takeAlongAxis", "x");
  const index = asTensor(indices, "takeAlongAxis", "indices");
  const position = normalizeAxis("takeAlongAxis", axis, tensor.rank);
  const common =
    tensor.rank === index.rank
      ? broadcastShapes(withAxis(tensor.shape, position, 1), withAxis(index.shape, position, 1))
      : undefined;
  if (common === undefined) {
    throw new ShapeError(
      `takeAlongAxis: x and indices must have the same rank and shapes that broadcast but for axis ${position}, got ${tensor} and ${index}.`,
    );
  }
  const checked = checkClassIndices("takeAlongAxis", "indices", index, tensor.shape[position]!);
  return makeTensor(
    "takeAlongAxis",
    [
      expand(tensor, withAxis(common, position, tensor.shape[position]!)),
      expand(checked, withAxis(common, position, index.shape[position]!)),
    ],
    { axis: position },
  );
}

/**
 * The slices of x at `indices` (int32) along the axis, the first by default: the axes of the indices take the place of that axis.
 * Throws `OutOfRangeError` if an index from the host is not an integer from 0 to the length of the axis minus 1.
 * @example await evaluate(take([[1, 2], [3, 4], [5, 6]], [2, 0]), { engine }) // [[5, 6], [1, 2]]
 */
export function take(x: TensorLike, indices: TensorLike, axis = 0): Tensor {
  refuseSurplus("take", arguments, ["x", "indices", "axis"]);
  const tensor = asTensor(x, "take", "x");
  const index = asTensor(indices, "take", "indices");
  const position = normalizeAxis("take", axis, tensor.rank);
  const checked = checkClassIndices("take", "indices", index, tensor.shape[position]!);
  const list = reshape(checked, [-1]);
  const beside = tensor.shape.map((_, other) => (other === position ? list.shape[0]! : 1));
  const places = expand(reshape(list, beside), withAxis(tensor.shape, position, list.shape[0]!));
  const slices = makeTensor("takeAlongAxis", [tensor, places], { axis: position });
  return reshape(slices, tensor.shape.toSpliced(position, 1, ...index.shape));
}

/** 1 at each index along a new last axis, else 0. An index out of range throws if it comes from the host; a computed one gives zeros. */
export function oneHot(indices: TensorLike, classes: number, dtype: DType = "float32"): Tensor {
  refuseSurplus("oneHot", arguments, ["indices", "classes", "dtype"]);
  checkDType("oneHot", dtype);
  requireLength("oneHot", "classes", classes);
  const index = checkClassIndices("oneHot", "indices", asTensor(indices, "oneHot", "indices"), classes);
  return cast(equal(expandDims(index, -1), arange(classes)), dtype);
}

/**
 * Class indices as int32, checked against the number of classes before anything runs, if they come from the host; `ignored` is allowed too.
 * Throws `OutOfRangeError` if the number of classes is not a length, or `ignored` not an integer.
 */
export function checkClassIndices(
  caller: string,
  argument: string,
  indices: Tensor,
  classes: Dimension,
  ignored?: number,
): Tensor {
  requireTensor(caller, argument, indices);
  if (!isDimension(classes)) {
    throw new OutOfRangeError(
      `${caller}: the number of classes must be a non-negative integer, got ${print(classes)}.`,
    );
  }
  if (ignored !== undefined && !Number.isInteger(ignored)) {
    throw new OutOfRangeError(`${caller}: the ignored class must be an integer, got ${print(ignored)}.`);
  }
  const exception = ignored === undefined ? {} : { ignored };
  return toDType(
    makeTensor("check", [indices], { check: { caller, argument, kind: "classIndices", classes, ...exception } }),
    "int32",
  );
}

/** `[0, 1, .. length - 1]` */
export function arange(length: number, dtype: DType = "int32"): Tensor {
  refuseSurplus("arange", arguments, ["length", "dtype"]);
  requireLength("arange", "length", length);
  checkDType("arange", dtype);
  return toDType(makeTensor("iota", [], { size: length }), dtype);
}

/** The identity matrix [size, size]. */
export function eye(size: number, dtype: DType = "float32"): Tensor {
  refuseSurplus("eye", arguments, ["size", "dtype"]);
  requireLength("eye", "size", size);
  checkDType("eye", dtype);
  const index = arange(size);
  return cast(equal(expandDims(index, 1), index), dtype);
}

/** Zeros of this shape. */
export function zeros(shape: Shape, dtype: DType = "float32"): Tensor {
  refuseSurplus("zeros", arguments, ["shape", "dtype"]);
  checkShape("zeros", shape);
  checkDType("zeros", dtype);
  return full(0, [...shape], dtype);
}

/** Ones of this shape. */
export function ones(shape: Shape, dtype: DType = "float32"): Tensor {
  refuseSurplus("ones", arguments, ["shape", "dtype"]);
  checkShape("ones", shape);
  checkDType("ones", dtype);
  return full(1, [...shape], dtype);
}

function together(caller: string, tensors: readonly TensorLike[]): Tensor[] {
  if (!Array.isArray(tensors)) throw new DTypeError(`${caller}: tensors must be a list, got ${describe(tensors)}.`);
  if (tensors.length === 0)
    throw new ShapeError(`${caller}: tensors must be a list of at least one, got an empty list.`);
  return asTensors(caller, Object.fromEntries(tensors.map((tensor, index) => [`tensors[${index}]`, tensor])));
}

function requireLength(caller: string, argument: string, value: unknown): void {
  if (isLength(value)) return;
  throw new OutOfRangeError(`${caller}: ${argument} must be a non-negative integer, got ${print(value)}.`);
}

function requireList(caller: string, argument: string, value: unknown): void {
  if (Array.isArray(value)) return;
  throw new DTypeError(`${caller}: ${argument} must be a list of integers, got ${print(value)}.`);
}

function requireEntries(x: Tensor, argument: string, value: readonly unknown[]): void {
  requireList("slice", argument, value);
  if (value.length <= x.rank) return;
  throw new ShapeError(`slice: ${argument} must have at most one entry for each axis, got ${value.length} for ${x}.`);
}

function limit(caller: string, index: number, length: number): number {
  if (!Number.isInteger(index))
    throw new OutOfRangeError(`${caller}: starts and stops must be integers, got ${print(index)}.`);
  return Math.max(0, Math.min(length, index < 0 ? index + length : index));
}

function fillIn(x: Tensor, shape: Shape): Shape {
  const hole = Array.isArray(shape) ? shape.indexOf(-1) : -1;
  checkShape("reshape", hole === -1 ? shape : withAxis(shape, hole, 0));
  if (hole === -1) return [...shape];
  const rest = withAxis(shape, hole, 1);
  const names = (list: Shape) => list.filter((dimension) => typeof dimension === "string");
  const numbers = (list: Shape) => sizeOf(list.filter((dimension) => typeof dimension === "number"));
  // If the new shape lacks a single name, that is the missing length.
  const missing = names(x.shape).filter((name) => !shape.includes(name));
  if (missing.length === 1 && numbers(rest) === numbers(x.shape)) return withAxis(shape, hole, missing[0]!);
  const filled = numbers(x.shape) / numbers(rest);
  if (missing.length > 0 || !Number.isInteger(filled)) {
    throw new ShapeError(`reshape: the shape must hold the same elements, got ${formatShape(shape)} for ${x}.`);
  }
  return withAxis(shape, hole, filled);
}
