/** Is an argument a dtype, or a shape? */
import { print } from "./describe.ts";
import { type DType, dtypes, isDType } from "./dtype.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import { type Shape, isLength, isListOf, isShape } from "./shape.ts";

/** Throws `DTypeError` unless the value is the name of an element type. */
export function checkDType(caller: string, dtype: unknown): asserts dtype is DType {
  if (!isDType(dtype))
    throw new DTypeError(`${caller}: dtype must be one of ${dtypes.join(", ")}, got ${print(dtype)}.`);
}

/** Throws `ShapeError` unless this is a list of lengths and names. */
export function checkShape(caller: string, shape: unknown): asserts shape is Shape {
  if (isShape(shape)) return;
  throw new ShapeError(
    `${caller}: shape must be a list of lengths (non-negative integers) or names, got ${print(shape)}.`,
  );
}

/** Throws `ShapeError` unless this is a list of lengths; `argument` is what the message calls it. */
export function checkLengths(caller: string, shape: unknown, argument = "shape"): asserts shape is readonly number[] {
  if (isListOf(shape, isLength)) return;
  throw new ShapeError(
    `${caller}: ${argument} must be a list of lengths (non-negative integers), got ${print(shape)}.`,
  );
}
