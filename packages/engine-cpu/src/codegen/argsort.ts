/**
 * How are the indices of rows sorted by what stands there? Short rows by insertion, others digit by digit, the lowest first, of keys whose
 * bits have the order of the numbers. Each pass leaves equal digits as they are, so that ties keep their order.
 */
import type { TypedArray } from "@symloss/core/engine";
import { digitBits, shortRow, sortScratch } from "@symloss/loops";

/** Sorts rows; `scratch` is needed unless they are short. */
type Argsort = (
  source: TypedArray,
  target: TypedArray,
  outer: number,
  length: number,
  inner: number,
  descending: boolean,
  scratch?: Int32Array,
) => void;

export const argsortSingles: Argsort = (source, target, outer, length, inner, descending, scratch) => {
  sortRows({ words: [writeSingles], isSingle: true, descending }, source, target, outer, length, inner, scratch);
};

export const argsortDoubles: Argsort = (source, target, outer, length, inner, descending, scratch) => {
  const words = [writeLowWords, writeHighWords];
  sortRows({ words, isSingle: false, descending }, source, target, outer, length, inner, scratch);
};

export const argsortIntegers: Argsort = (source, target, outer, length, inner, descending, scratch) => {
  sortRows({ words: [writeIntegers], isSingle: false, descending }, source, target, outer, length, inner, scratch);
};

/** How numbers are ordered. */
interface Order {
  /** The words of a key, the lowest first. */
  readonly words: readonly WriteKeys[];
  /** Whether numbers are compared as float32. */
  readonly isSingle: boolean;
  readonly descending: boolean;
}

function sortRows(
  order: Order,
  source: TypedArray,
  target: TypedArray,
  outer: number,
  length: number,
  inner: number,
  scratch: Int32Array | undefined,
): void {
  const sorter = length <= shortRow ? undefined : makeSorter(scratch!, length);
  for (let row = 0; row < outer; row++) {
    for (let place = 0; place < inner; place++) {
      const begin = row * length * inner + place;
      if (sorter === undefined) insertAll(order, source, target, begin, inner, length);
      else sortRow(order, source, target, begin, inner, sorter);
    }
  }
}

const numbers = new Float64Array(shortRow);
const places = new Int32Array(shortRow);

/** A number moves before those that come after it, and before NaN, unless it is NaN itself. */
function insertAll(
  { isSingle, descending }: Order,
  source: TypedArray,
  target: TypedArray,
  begin: number,
  step: number,
  length: number,
): void {
  const sign = descending ? -1 : 1;
  for (let index = 0; index < length; index++) {
    const value = sign * source[begin + index * step]!;
    const number = isSingle ? Math.fround(value) : value;
    let at = index;
    if (number === number) {
      for (; at > 0 && !(numbers[at - 1]! <= number); at--) {
        numbers[at] = numbers[at - 1]!;
        places[at] = places[at - 1]!;
      }
    }
    numbers[at] = number;
    places[at] = index;
  }
  for (let index = 0; index < length; index++) target[begin + index * step] = places[index]!;
}

/** What sorts a row: pairs of a key and an index, as many to move them to, and how often each digit occurs. */
interface Sorter {
  readonly length: number;
  readonly bits: number;
  readonly pairs: Int32Array;
  readonly others: Int32Array;
  readonly counts: Int32Array;
}

function makeSorter(scratch: Int32Array, length: number): Sorter {
  const { pairs, counts, size } = sortScratch(length);
  return {
    length,
    bits: digitBits(length),
    pairs: scratch.subarray(pairs[0], pairs[1]),
    others: scratch.subarray(pairs[1], counts),
    counts: scratch.subarray(counts, size),
  };
}

function sortRow(
  { words, descending }: Order,
  source: TypedArray,
  target: TypedArray,
  begin: number,
  step: number,
  { length, bits, pairs, others, counts }: Sorter,
): void {
  let [from, to] = [pairs, others];
  for (let index = 0; index < length; index++) from[2 * index + 1] = index;
  for (const write of words) {
    write(from, source, begin, step, length, descending ? -1 : 0);
    countDigits(from, length, bits, counts);
    const size = 1 << bits;
    for (let shift = 0, first = 0; shift < 32; shift += bits, first += size) {
      // If all digits are the same there is nothing to move.
      if (counts[first + ((from[0]! >>> shift) & (size - 1))] === length) continue;
      moveByDigit(from, to, length, shift, first, size, counts);
      [from, to] = [to, from];
    }
  }
  for (let index = 0, at = begin; index < length; index++, at += step) target[at] = from[2 * index + 1]!;
}

/** Written out: a loop over the digits of a key takes twice as long. */
function countDigits(pairs: Int32Array, length: number, bits: number, counts: Int32Array): void {
  counts.fill(0);
  if (bits === 8) countFourDigits(pairs, length, counts);
  else countThreeDigits(pairs, length, counts);
}

function countFourDigits(pairs: Int32Array, length: number, counts: Int32Array): void {
  for (let at = 0; at < 2 * length; at += 2) {
    const key = pairs[at]!;
    counts[key & 0xff]!++;
    counts[0x100 + ((key >>> 8) & 0xff)]!++;
    counts[0x200 + ((key >>> 16) & 0xff)]!++;
    counts[0x300 + (key >>> 24)]!++;
  }
}

function countThreeDigits(pairs: Int32Array, length: number, counts: Int32Array): void {
  for (let at = 0; at < 2 * length; at += 2) {
    const key = pairs[at]!;
    counts[key & 0x7ff]!++;
    counts[0x800 + ((key >>> 11) & 0x7ff)]!++;
    counts[0x1000 + (key >>> 22)]!++;
  }
}

/** Counts become the places at which the pairs with each digit begin. */
function moveByDigit(
  from: Int32Array,
  to: Int32Array,
  length: number,
  shift: number,
  first: number,
  size: number,
  counts: Int32Array,
): void {
  let place = 0;
  for (let digit = first; digit < first + size; digit++) {
    const count = counts[digit]!;
    counts[digit] = place;
    place += 2 * count;
  }
  for (let at = 0; at < 2 * length; at += 2) {
    const key = from[at]!;
    const digit = first + ((key >>> shift) & (size - 1));
    const target = counts[digit]!;
    counts[digit] = target + 2;
    to[target] = key;
    to[target + 1] = from[at + 1]!;
  }
}

/** Writes a word of the key of each element before its index; `flip` reverses the order of all but NaN. */
type WriteKeys = (
  pairs: Int32Array,
  source: TypedArray,
  begin: number,
  step: number,
  length: number,
  flip: number,
) => void;

/** The greatest key: that of NaN. */
const greatest = -1;
const signBit = -0x80000000;

const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);

/** The more negative a number, the larger its bits are: those of a negative number are inverted. */
const writeSingles: WriteKeys = (pairs, source, begin, step, length, flip) => {
  for (let at = 0; at < 2 * length; at += 2) {
    // -0 + 0 is 0.
    const value = source[begin + pairs[at + 1]! * step]! + 0;
    single[0] = value;
    const bits = singleBits[0]!;
    pairs[at] = value === value ? bits ^ ((bits >> 31) | signBit) ^ flip : greatest;
  }
};

const double = new Float64Array(1);
const doubleBits = new Int32Array(double.buffer);

const writeLowWords: WriteKeys = (pairs, source, begin, step, length, flip) => {
  for (let at = 0; at < 2 * length; at += 2) {
    const value = source[begin + pairs[at + 1]! * step]! + 0;
    double[0] = value;
    pairs[at] = value === value ? doubleBits[0]! ^ (doubleBits[1]! >> 31) ^ flip : greatest;
  }
};

const writeHighWords: WriteKeys = (pairs, source, begin, step, length, flip) => {
  for (let at = 0; at < 2 * length; at += 2) {
    const value = source[begin + pairs[at + 1]! * step]! + 0;
    double[0] = value;
    const bits = doubleBits[1]!;
    pairs[at] = value === value ? bits ^ ((bits >> 31) | signBit) ^ flip : greatest;
  }
};

const writeIntegers: WriteKeys = (pairs, source, begin, step, length, flip) => {
  for (let at = 0; at < 2 * length; at += 2) pairs[at] = source[begin + pairs[at + 1]! * step]! ^ signBit ^ flip;
};
