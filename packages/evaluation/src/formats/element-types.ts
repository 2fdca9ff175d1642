/** What do the bytes of an array in a file hold? */
import { DTypeError, type TypedArray } from "@symloss/core";
import type { DType } from "@symloss/core/engine";
import type { Place } from "./file-error.ts";
import { bfloat16s, float16s } from "./half-floats.ts";

/** Elements of one kind. */
export interface ElementType {
  readonly dtype: DType;
  /** Bytes of an element. */
  readonly width: number;
  /** The elements that bytes hold, of which the lower come first. Throws `DTypeError`, naming the place, if the dtype can't hold one. */
  readonly make: (bytes: ArrayBuffer, place: Place) => TypedArray;
}

/** The names of kinds. */
type ElementTypeName =
  | "float16"
  | "bfloat16"
  | "float32"
  | "float64"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "int64"
  | "bool";

/** Every kind that some dtype holds without loss; of integers of 64 bits, those that fit in 32. */
export const elementTypes: { readonly [N in ElementTypeName]: ElementType } = {
  float16: { dtype: "float32", width: 2, make: (bytes) => float16s(new Uint16Array(bytes)) },
  bfloat16: { dtype: "float32", width: 2, make: (bytes) => bfloat16s(new Uint16Array(bytes)) },
  float32: { dtype: "float32", width: 4, make: (bytes) => new Float32Array(bytes) },
  float64: { dtype: "float64", width: 8, make: (bytes) => new Float64Array(bytes) },
  int8: { dtype: "int32", width: 1, make: (bytes) => Int32Array.from(new Int8Array(bytes)) },
  uint8: { dtype: "int32", width: 1, make: (bytes) => Int32Array.from(new Uint8Array(bytes)) },
  int16: { dtype: "int32", width: 2, make: (bytes) => Int32Array.from(new Int16Array(bytes)) },
  uint16: { dtype: "int32", width: 2, make: (bytes) => Int32Array.from(new Uint16Array(bytes)) },
  int32: { dtype: "int32", width: 4, make: (bytes) => new Int32Array(bytes) },
  int64: { dtype: "int32", width: 8, make: (bytes, place) => narrowed(new BigInt64Array(bytes), place) },
  bool: { dtype: "bool", width: 1, make: (bytes) => new Uint8Array(bytes) },
};

/** Throws `DTypeError`, naming the place, if one does not fit in 32 bits. */
export function narrowed(values: BigInt64Array | BigUint64Array, { caller, name }: Place): Int32Array {
  const narrow = Int32Array.from<bigint>(values, Number);
  for (const [index, value] of values.entries()) {
    if (BigInt(narrow[index]!) === value) continue;
    throw new DTypeError(`${caller}: integers of ${name} must fit in 32 bits, got ${value}.`);
  }
  return narrow;
}
