/** Which numbers are used as inputs? The same on every run, and exact in float32, so that both float types get the same values. */
import { type DType, type NDArray, ndarray } from "@symloss/core";

/** Random numbers from `low` to `high`. */
export function sample(count: number, seed: number, low = -2, high = 2): number[] {
  const random = randomNumbers(seed);
  return Array.from({ length: count }, () => Math.fround(low + (high - low) * random()));
}

/** Random integers from `low` to `high`, both included. */
export function sampleIntegers(count: number, seed: number, low: number, high: number): number[] {
  const random = randomNumbers(seed);
  return Array.from({ length: count }, () => low + Math.floor((high - low + 1) * random()));
}

/** An array filled with numbers that suit its dtype. */
export function sampleArray(
  dtype: DType,
  shape: readonly number[],
  seed: number,
  { low = -2, high = 2 }: { readonly low?: number; readonly high?: number } = {},
): NDArray {
  const count = productOf(shape);
  const values =
    dtype === "bool"
      ? sampleIntegers(count, seed, 0, 1)
      : dtype === "int32"
        ? sampleIntegers(count, seed, Math.ceil(low), Math.floor(high))
        : sample(count, seed, low, high);
  return arrayOf(values, shape, dtype);
}

/** An array of these numbers, in row-major order. */
export function arrayOf(values: ArrayLike<number>, shape: readonly number[], dtype: DType): NDArray {
  return ndarray(Float64Array.from(values), shape, dtype);
}

/** A vector of these numbers. */
export function vectorOf(values: ArrayLike<number>, dtype: DType): NDArray {
  return arrayOf(values, [values.length], dtype);
}

/** The product of lengths: the number of elements of a shape. */
export function productOf(lengths: readonly number[]): number {
  return lengths.reduce((left, right) => left * right, 1);
}

/** Numbers from 0 to 1 (mulberry32): small, fast, and the same everywhere. */
function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b9);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
