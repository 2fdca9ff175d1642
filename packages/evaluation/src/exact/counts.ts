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
/** From so many on, numbers below the limit are counted in an array with a place for each. */
const fewest = 2 ** 14;
const denseLimit = 2 ** 16;

/** Counts numbers below 2^32. */
export class Counts {
  readonly #limit: number;
  #run: Run = noRun;
  #buffer = new Uint32Array(leastBuffer);
  #buffered = 0;
  #total = 0;
  #dense: Float64Array | undefined;

  /** `limit` is above all numbers. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a number once more. */
  add(key: number): void {
    if (this.#dense !== undefined) {
      this.#dense[key]!++;
      return;
    }
    if (this.#buffered === this.#buffer.length) this.#sort();
    if (this.#dense === undefined) this.#buffer[this.#buffered++] = key;
    else this.#dense[key]!++;
  }

  /** How many numbers are kept, some of which may be equal. */
  get size(): number {
    return this.#dense?.length ?? this.#run.keys.length + this.#buffered;
  }

  /** All that was counted. */
  get run(): Run {
    if (this.#dense !== undefined) return runOf(this.#dense);
    this.#sort();
    return this.#dense === undefined ? this.#run : runOf(this.#dense);
  }

  #sort(): void {
    const added = this.#buffer.subarray(0, this.#buffered).sort();
    this.#total += this.#buffered;
    this.#run = mergeRuns(this.#run, countSorted(added));
    this.#buffered = 0;
    if (this.#limit <= denseLimit && this.#total >= fewest) {
      this.#dense = new Float64Array(this.#limit);
      for (const [index, key] of this.#run.keys.entries()) this.#dense[key] = this.#run.counts[index]!;
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

function runOf(dense: Float64Array): Run {
  let length = 0;
  for (const count of dense) if (count > 0) length++;
  const [keys, counts] = [new Uint32Array(length), new Float64Array(length)];
  let next = 0;
  for (const [key, count] of dense.entries()) {
    if (count === 0) continue;
    keys[next] = key;
    counts[next++] = count;
  }
  return { keys, counts };
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
