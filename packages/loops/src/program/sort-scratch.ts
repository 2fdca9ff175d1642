/** How are rows sorted digit by digit, and how much memory does that take? */
import { type Length, addLengths, multiplyLengths } from "./length.ts";

/** Rows up to this length are sorted by insertion. */
export const shortRow = 24;

/** A row of at least this length has few, large digits: there are more counts to add up, but it is moved less often. */
const longRow = 4096;

/** How many bits a digit of a 32-bit key has in a row of this length. */
export function digitBits(length: number): 8 | 11 {
  return length < longRow ? 8 : 11;
}

/** Where in the scratch of a row, in 32-bit words, its parts begin: twice pairs of a key and an index, and counts of each digit. */
export interface SortScratch {
  readonly pairs: readonly [number, number];
  readonly counts: number;
  readonly size: number;
}

/** The scratch of a row of this length. */
export function sortScratch(length: number): SortScratch {
  const counts = 4 * length;
  return { pairs: [0, 2 * length], counts, size: counts + countsOf(length) };
}

/** Its size; if the length has a name, that of rows that need the most counts. */
export function sortScratchSize(length: Length): Length {
  return typeof length === "number"
    ? sortScratch(length).size
    : addLengths(multiplyLengths(4, length), countsOf(longRow));
}

function countsOf(length: number): number {
  const bits = digitBits(length);
  return Math.ceil(32 / bits) * 2 ** bits;
}
