/** Which axes of an array does an argument name? */
import { print } from "./describe.ts";
import { DTypeError, OutOfRangeError } from "./errors.ts";
import { isLength } from "./shape.ts";

/** One axis or several, counted from the end if negative; null for all. */
export type Axes = number | readonly number[] | null;

/** The axis counted from 0. Throws `OutOfRangeError` if a tensor of this rank has no such axis. */
export function normalizeAxis(caller: string, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    const range = rank === 0 ? "a scalar has none" : `an integer from ${-rank} to ${rank - 1}`;
    throw new OutOfRangeError(
      `${caller}: axis must be one of a tensor of rank ${rank} (${range}), got ${print(axis)}.`,
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/** The axes counted from 0, in ascending order without duplicates; null means all. */
export function normalizeAxes(caller: string, axes: Axes | undefined, rank: number): number[] {
  if (!isLength(rank)) throw new OutOfRangeError(`${caller}: rank must be a non-negative integer, got ${print(rank)}.`);
  if (axes === null || axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  if (typeof axes !== "number" && !Array.isArray(axes)) {
    throw new DTypeError(`${caller}: axis must be an integer, a list of integers or null, got ${print(axes)}.`);
  }
  const list = (typeof axes === "number" ? [axes] : [...axes]).map((axis) => normalizeAxis(caller, axis, rank));
  const unique = [...new Set(list)].toSorted((left, right) => left - right);
  if (unique.length !== list.length) {
    throw new OutOfRangeError(`${caller}: each axis must be given once, got ${print(axes)}.`);
  }
  return unique;
}
