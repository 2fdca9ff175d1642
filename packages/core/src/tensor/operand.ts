/** How do a user's arguments become operands: tensors of one dtype and one shape? */
import { convert } from "../array/convert.ts";
import { type DType, allocate, castNumber, isFloat, promote } from "../array/dtype.ts";
import { print } from "../array/describe.ts";
import { DTypeError, ShapeError } from "../array/errors.ts";
import { recordRule, requireRule } from "../array/options.ts";
import { type Rows, isRows } from "../array/rows.ts";
import { literalInFloat64, rememberWritten, writtenAs } from "./literal.ts";
import type { NDArray } from "../array/ndarray.ts";
import type { Shape } from "../array/shape.ts";
import { broadcastShapes, sameShape } from "../array/broadcast.ts";
import { type Tensor, type TensorLike, isTensor, makeTensor, requireTensor } from "./tensor.ts";

/**
 * The tensor itself, or a constant with the array's elements, copied because a tensor never changes. Numbers and lists of them
 * are float32, but become float64 without loss if combined with it; typed arrays in lists are rows.
 */
export function asTensor(value: TensorLike | Rows, caller = "asTensor", argument = "value"): Tensor {
  if (isTensor(value)) return value;
  if (!isLiteral(value)) return constant(convert(caller, argument, value), true);
  const exact = convert(caller, argument, value, { literal: "float64" });
  if (exact.dtype === "bool") return constant(exact);
  const rounded = constant(convert(caller, argument, exact, { dtype: "float32" }));
  return rememberWritten(rounded, exact.data as Float64Array);
}

/** Whether a value is a number or nested lists of numbers, which take the dtype of the other operands. */
export function isLiteral(value: unknown): value is number | readonly unknown[] {
  return typeof value === "number" || (Array.isArray(value) && !isRows(value));
}

/** A placeholder for an array that is passed when the graph runs. */
export function placeholder(name: string, shape: Shape, dtype: DType): Tensor {
  return makeTensor("input", [], { name, shape, dtype });
}

/** A scalar constant. */
export function scalar(value: number, dtype: DType): Tensor {
  const data = allocate(dtype, 1);
  data[0] = castNumber(value, dtype);
  return makeTensor("constant", [], { data, shape: [], dtype });
}

/** A tensor with one value everywhere. */
export function full(value: number, shape: Shape, dtype: DType): Tensor {
  return expand(scalar(value, dtype), shape);
}

/** The same elements as another dtype. */
export function toDType(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  const written = dtype === "float64" ? literalInFloat64(x) : undefined;
  if (written !== undefined) return written;
  if (x.operation === "constant" && x.rank === 0) {
    const { data } = x.attributes as { readonly data: ArrayLike<number> };
    return scalar(data[0]!, dtype);
  }
  return makeTensor("cast", [x], { dtype });
}

/** Broadcasts x to the shape. */
export function expand(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : makeTensor("broadcastTo", [x], { shape });
}

/** The tensor itself if it is float, else converted to float32. */
export function toFloat(x: Tensor): Tensor {
  requireTensor("toFloat", "x", x);
  return isFloat(x.dtype) ? x : toDType(x, "float32");
}

/**
 * The arguments as tensors of their common dtype. A number takes the dtype of the others: with integers, an integer becomes int32, but
 * a fraction makes all of them float32. Lists of numbers are float32, or float64 if another argument is; numbers alone are float32.
 */
export function asTensors(caller: string, named: Readonly<Record<string, TensorLike>>): Tensor[] {
  requireRule(caller, "arguments", recordRule, named);
  const values = Object.entries(named).map(([argument, value]) =>
    typeof value === "number" ? value : asTensor(value, caller, argument),
  );
  const numbers = values.filter((value) => typeof value === "number");
  const tensors = values.filter((value) => typeof value !== "number");
  const dtype = commonType(tensors, numbers);
  // If all are literals, they stay literals: they may be combined with float64 later.
  const literal = tensors.every((tensor) => writtenAs(tensor) !== undefined);
  return values.map((value) => {
    if (typeof value !== "number") return toDType(value, dtype);
    return literal ? asTensor(value) : scalar(value, dtype);
  });
}

function commonType(tensors: readonly Tensor[], numbers: readonly number[]): DType {
  const met = tensors
    .map((tensor) => tensor.dtype)
    .reduce<DType | undefined>((common, dtype) => (common === undefined ? dtype : promote(common, dtype)), undefined);
  if (met === undefined || isFloat(met) || numbers.length === 0) return met ?? "float32";
  return numbers.every(isInt32) ? "int32" : "float32";
}

/** The tensors, broadcast to their common shape. Throws `ShapeError`, naming the arguments, if there is none. */
export function broadcastTogether(caller: string, names: readonly string[], tensors: readonly Tensor[]): Tensor[] {
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string") || !Array.isArray(tensors)) {
    throw new DTypeError(
      `${caller}: names and tensors must be lists of strings and of tensors, got ${print(names)} and ${print(tensors)}.`,
    );
  }
  for (const [index, tensor] of tensors.entries()) requireTensor(caller, names[index] ?? `tensors[${index}]`, tensor);
  const shape = broadcastShapes(...tensors.map((tensor) => tensor.shape));
  if (shape === undefined) {
    throw new ShapeError(
      `${caller}: ${names.join(" and ")} must have shapes that broadcast, got ${tensors.join(" and ")}. ` +
        "Aligned at the last axis, lengths must be equal or 1.",
    );
  }
  return tensors.map((tensor) => expand(tensor, shape));
}

function constant(array: NDArray, copy = false): Tensor {
  return makeTensor("constant", [], {
    data: copy ? array.data.slice() : array.data,
    shape: array.shape,
    dtype: array.dtype,
  });
}

function isInt32(value: number): boolean {
  return Number.isInteger(value) && value >= -2147483648 && value <= 2147483647;
}
