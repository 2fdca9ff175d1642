/** How are some rows of an array read that lies in a file, row by row? */
import type { FileHandle } from "node:fs/promises";
import { DTypeError, NDArray, type TypedArray } from "@symloss/core";
import type { DType } from "@symloss/core/engine";

/** So many rows are read at a time. */
export const rowsAtOnce = 4096;

/** An array in a file: what it holds, and where. */
export interface ArrayInFile {
  /** For messages. */
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytesPerElement: number;
  /** Where its first byte is. */
  readonly start: number;
  /** The elements that these bytes hold. */
  readonly make: (bytes: ArrayBuffer) => TypedArray;
}

/** The rows from one to before another. Throws `DTypeError` if the file ends before. */
export async function readRows(file: FileHandle, array: ArrayInFile, from: number, to: number): Promise<NDArray> {
  const row = array.shape.slice(1).reduce((size, length) => size * length, 1) * array.bytesPerElement;
  const bytes = new Uint8Array((to - from) * row);
  for (let filled = 0; filled < bytes.length;) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, array.start + from * row + filled);
    if (bytesRead === 0)
      throw new DTypeError(`files: ${array.name} must have ${array.shape[0]} rows, got the end of the file before.`);
    filled += bytesRead;
  }
  return new NDArray(array.make(bytes.buffer), [to - from, ...array.shape.slice(1)], array.dtype);
}

/** Integers that fit in 32 bits. Throws `DTypeError` if one does not. */
export function narrowed(values: BigInt64Array): Int32Array {
  const narrow = Int32Array.from(values, Number);
  for (const [index, value] of values.entries()) {
    if (BigInt(narrow[index]!) !== value) throw new DTypeError(`files: integers must fit in 32 bits, got ${value}.`);
  }
  return narrow;
}
