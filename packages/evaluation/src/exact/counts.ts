/** How often did each of many whole numbers occur? */
import { OutOfRangeError } from "@symloss/core";
import { describe } from "@symloss/core/engine";
import type { Json } from "../statistic.ts";
import { isCount } from "./exact-sum.ts";

/** Sorted numbers, and how often each occurred. */
export interface Run {
  readonly keys: Uint32Array;
  readonly counts: Float64Array;
}

/** The run of nothing. */
export const noRun: Run = { keys: new Uint32Array(0), counts: new Float64Array(0) };

/** So many numbers are kept before they are sorted and counted; more if there are many already. */
const leastBuffer = 256;
/** From so many on, numbers below the limit are counted in pages, which have a place for each. */
const fewest = 2 ** 10;
const pagedLimit = 2 ** 16;
/** Floats that are near each other share a page, so that there are few. */
const pageBits = 8;

/** Counts numbers below 2^32. */
export class Counts {
  readonly #limit: number;
  #run: Run = noRun;
  #buffer = new Uint32Array(leastBuffer);
  #buffered = 0;
  #total = 0;
  #pages: Pages | undefined;

  /** `limit` is above all numbers. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a number once more. */
  add(key: number): void {
    if (this.#pages === undefined && this.#buffered === this.#buffer.length) this.#sort();
    if (this.#pages === undefined) this.#buffer[this.#buffered++] = key;
    else this.#pages.add(key, 1);
  }

  /** How many numbers are kept, some of which may be equal. */
  get size(): number {
    return this.#pages?.size ?? this.#run.keys.length + this.#buffered;
  }

  /** All that was counted. */
  get run(): Run {
    this.#sort();
    return this.#pages?.run ?? this.#run;
  }

  #sort(): void {
    const added = this.#buffer.subarray(0, this.#buffered).sort();
    this.#total += this.#buffered;
    this.#run = mergeRuns(this.#run, countSorted(added));
    this.#buffered = 0;
    if (this.#limit <= pagedLimit && this.#total >= fewest) {
      this.#pages ??= new Pages(this.#limit);
      for (const [index, key] of this.#run.keys.entries()) this.#pages.add(key, this.#run.counts[index]!);
      this.#run = noRun;
      this.#buffer = new Uint32Array(0);
    } else if (this.#buffer.length < this.#run.keys.length) {
      this.#buffer = new Uint32Array(2 * this.#buffer.length);
    } else if (this.#buffer.length < this.#total) {
      this.#buffer = new Uint32Array(Math.min(2 * this.#buffer.length, fewest));
    }
  }
}

function countSorted(keys: Uint32Array): Run {
  const own = new Uint32Array(keys.length);
  const counts = new Float64Array(keys.length);
  let length = 0;
  for (const key of keys) {
    if (length === 0 || own[length - 1] !== key) own[length++] = key;
    counts[length - 1]!++;
  }
  return length === keys.length
    ? { keys: own, counts }
    : { keys: own.slice(0, length), counts: counts.slice(0, length) };
}

/** A place for each number, in pages that are made for those that occur. */
class Pages {
  readonly #pages: (Float64Array | undefined)[];

  constructor(limit: number) {
    this.#pages = Array.from({ length: Math.ceil(limit / 2 ** pageBits) });
  }

  add(key: number, count: number): void {
    const page = this.#pages[key >>> pageBits] ?? this.#make(key >>> pageBits);
    page[key & (2 ** pageBits - 1)]! += count;
  }

  #make(at: number): Float64Array {
    return (this.#pages[at] = new Float64Array(2 ** pageBits));
  }

  /** How many places there are. */
  get size(): number {
    return this.#pages.filter((page) => page !== undefined).length * 2 ** pageBits;
  }

  get run(): Run {
    const keys: number[] = [];
    const counts: number[] = [];
    for (const [at, page] of this.#pages.entries()) {
      for (const [key, count] of page?.entries() ?? []) {
        if (count === 0) continue;
        keys.push(at * 2 ** pageBits + key);
        counts.push(count);
      }
    }
    return { keys: Uint32Array.from(keys), counts: Float64Array.from(counts) };
  }
}

/** What occurred in both. */
export function mergeRuns(left: Run, right: Run): Run {
  if (left.keys.length === 0) return right;
  if (right.keys.length === 0) return left;
  const most = left.keys.length + right.keys.length;
  const [keys, counts] = [new Uint32Array(most), new Float64Array(most)];
  let [first, second, length] = [0, 0, 0];
  for (; first < left.keys.length && second < right.keys.length; length++) {
    const [one, other] = [left.keys[first]!, right.keys[second]!];
    keys[length] = one < other ? one : other;
    if (one <= other) counts[length]! += left.counts[first++]!;
    if (other <= one) counts[length]! += right.counts[second++]!;
  }
  const [rest, from] = first < left.keys.length ? [left, first] : [right, second];
  keys.set(rest.keys.subarray(from), length);
  counts.set(rest.counts.subarray(from), length);
  length += rest.keys.length - from;
  return length === most ? { keys, counts } : { keys: keys.slice(0, length), counts: counts.slice(0, length) };
}

/** `[first key, its count, how much the next key is larger, its count, ..]` */
export function writeRun({ keys, counts }: Run): Json {
  const list: number[] = [];
  for (const [index, key] of keys.entries()) list.push(index === 0 ? key : key - keys[index - 1]!, counts[index]!);
  return list;
}

/** The run of a text. Throws `OutOfRangeError`, naming the path, if it is none. */
export function readRun(path: string, text: unknown, limit: number = 2 ** 32): Run {
  const list = Array.isArray(text) ? (text as readonly unknown[]) : undefined;
  const length = (list?.length ?? 0) / 2;
  if (list === undefined || !Number.isInteger(length) || !list.every(isCount)) throw wrongRun(path, text);
  const [keys, counts] = [new Uint32Array(length), new Float64Array(length)];
  let key = 0;
  for (let index = 0; index < length; index++) {
    const [step, count] = [list[2 * index] as number, list[2 * index + 1] as number];
    key += step;
    if ((index > 0 && step === 0) || count === 0 || key >= limit) throw wrongRun(path, text);
    keys[index] = key;
    counts[index] = count;
  }
  return { keys, counts };
}

function wrongRun(path: string, text: unknown): OutOfRangeError {
  return new OutOfRangeError(
    `${path} must be a list of steps to the next key and of counts above 0, such as [3,2,1,5], got ${describe(text)}.`,
  );
}

/** How many were counted. */
export function totalOf({ counts }: Run): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
