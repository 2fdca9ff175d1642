/** What must an array from the host satisfy before anything runs? The checks are the same on every engine. */
import { describe, print } from "../array/describe.ts";
import type { TypedArray } from "../array/dtype.ts";
import { DTypeError, OutOfRangeError, ShapeError } from "../array/errors.ts";
import { isRecord } from "../array/options.ts";
import { type Dimension, type Lengths, formatPosition, isDimension, withLengths } from "../array/shape.ts";
import { type Step, look } from "../array/view.ts";

/** What must hold for an argument, and how a message names it. */
export type Check = {
  readonly caller: string;
  readonly argument: string;
  /** The steps applied to the elements before the check, which concerns what the formula sees. */
  readonly through?: readonly Step[];
  /** A sentence of help, if the kind has none. */
  readonly help?: string;
} & CheckKind;

/** What must hold. */
export type CheckKind =
  /** Integers from 0 to `classes` - 1, or `ignored`, where it is given. */
  | { readonly kind: "classIndices"; readonly classes: Dimension; readonly ignored?: number }
  /** Integers from 0 to `longest`. */
  | { readonly kind: "lengths"; readonly longest: Dimension }
  /** Above 0. */
  | { readonly kind: "positive" }
  /** 0 or above. */
  | { readonly kind: "nonNegative" }
  /** 1 or above. */
  | { readonly kind: "atLeastOne" }
  /** Above 1. */
  | { readonly kind: "aboveOne" }
  /** From 0 to 1. */
  | { readonly kind: "unitInterval" }
  /** Numbers without a fraction, of any sign. */
  | { readonly kind: "wholeNumbers" }
  /** -1 or 1. */
  | { readonly kind: "signs" }
  /** 0 or 1. */
  | { readonly kind: "multiHot" }
  /** A single 1 along the last axis, else 0. */
  | { readonly kind: "oneHot" }
  /** Numbers from 0 that add up to 1 along the last axis. */
  | { readonly kind: "simplex" };

type CheckOf<K extends CheckKind["kind"]> = Check & { readonly kind: K };

/** How the elements of one kind are checked. */
interface Rule<K extends CheckKind["kind"]> {
  /** What must hold, in words. */
  readonly must: (check: CheckOf<K>) => string;
  /** The place of the first element that does not satisfy the check, or -1. A NaN is none, but where integers, 0 or 1 are asked for: like any NaN, it makes the result NaN. */
  readonly firstFault: (data: TypedArray, check: CheckOf<K>) => number;
  /** For a check of rows, what is wrong with elements that are right one by one, from `start` to `end`; undefined if nothing is. */
  readonly faultOfRow?: (data: TypedArray, start: number, end: number) => string | undefined;
  /** A sentence of help. */
  readonly help?: string;
  /** Whether the parameters of the kind are valid. */
  readonly isValid?: (kind: CheckOf<K>) => boolean;
}

const rules: { readonly [K in CheckKind["kind"]]: Rule<K> } = {
  classIndices: {
    must: ({ classes, ignored }) =>
      `integers from 0 to ${typeof classes === "number" ? classes - 1 : `${classes} - 1`}${ignored === undefined ? "" : `, or ${ignored}`}`,
    // A named number of classes is known only when an exported graph runs.
    firstFault: (data, { classes, ignored }) =>
      firstNoInteger(data, typeof classes === "number" ? classes - 1 : Infinity, ignored),
    help: "Classes count from 0.",
    isValid: ({ classes, ignored }) => isDimension(classes) && (ignored === undefined || Number.isInteger(ignored)),
  },
  lengths: {
    must: ({ longest }) => `integers from 0 to ${longest}`,
    firstFault: (data, { longest }) => firstNoInteger(data, typeof longest === "number" ? longest : Infinity),
    isValid: ({ longest }) => isDimension(longest),
  },
  positive: { must: () => "above 0", firstFault: (data) => firstUpTo(data, 0) },
  nonNegative: { must: () => "0 or above", firstFault: (data) => firstOutside(data, Infinity) },
  atLeastOne: { must: () => "1 or above", firstFault: (data) => firstBelow(data, 1) },
  aboveOne: { must: () => "above 1", firstFault: (data) => firstUpTo(data, 1) },
  unitInterval: { must: () => "from 0 to 1", firstFault: (data) => firstOutside(data, 1) },
  wholeNumbers: { must: () => "whole numbers", firstFault: firstFraction },
  signs: { must: () => "-1 or 1", firstFault: firstNoSign, help: "For 0 and 1, give 2 y - 1." },
  multiHot: { must: () => "multi-hot (0 or 1)", firstFault: firstNoBit },
  oneHot: { must: () => "one-hot (a single 1 in each row, else 0)", firstFault: firstNoBit, faultOfRow: otherThanOne },
  simplex: {
    must: () => "from 0, and add up to 1 in each row",
    firstFault: (data) => firstOutside(data, Infinity),
    faultOfRow: otherSum,
  },
};

/** The check with these lengths in place of their names. Throws `ShapeError` if a name has none. */
export function checkWithLengths(check: Check, lengths: Lengths | undefined): Check {
  const through = check.through?.map((step) =>
    "shape" in step ? { ...step, shape: withLengths(step.shape, lengths) } : step,
  );
  const own = through === undefined ? check : { ...check, through };
  switch (own.kind) {
    case "classIndices":
      return { ...own, classes: lengthIn(own, "classes", own.classes, lengths) };
    case "lengths":
      return { ...own, longest: lengthIn(own, "steps", own.longest, lengths) };
    default:
      return own;
  }
}

function lengthIn({ caller }: Check, what: string, dimension: Dimension, lengths: Lengths | undefined): number {
  const length = typeof dimension === "number" ? dimension : lengths?.[dimension];
  if (length !== undefined) return length;
  throw new ShapeError(`${caller}: the number of ${what} must be a number when a graph runs, got ${print(dimension)}.`);
}

function ruleOf<K extends CheckKind["kind"]>({ kind }: { readonly kind: K }): Rule<K> {
  return rules[kind];
}

/** What must hold, in words: `from 0 to 1`. Throws `DTypeError` if it is no known kind of check. */
export function conditionOf(kind: CheckKind): string {
  if (!isCheckKind(kind)) {
    throw new DTypeError(`conditionOf: kind must be a known kind of check, got ${describe(kind)}.`);
  }
  return mustOf(kind as Check);
}

function mustOf<K extends CheckKind["kind"]>(check: CheckOf<K>): string {
  return ruleOf<K>(check).must(check);
}

/** Whether a check concerns rows, and so depends on how the elements lie. */
export function isOfRows(check: Check): boolean {
  return ruleOf(check).faultOfRow !== undefined;
}

/** Throws `OutOfRangeError`, naming function, argument, position and value, if the elements do not satisfy the check. */
export function runCheck<K extends CheckKind["kind"]>(
  check: CheckOf<K>,
  data: TypedArray,
  shape: readonly number[],
): void {
  const seen = look({ data, shape }, check.through ?? []);
  const { firstFault, faultOfRow } = ruleOf<K>(check);
  const fault = firstFault(seen.data, check);
  if (fault !== -1) fail(check, `${seen.data[fault]!} at ${formatPosition(fault, seen.shape)}`);
  if (faultOfRow === undefined) return;
  const length = seen.shape.at(-1) ?? 1;
  for (let start = 0; start < seen.data.length; start += length) {
    const wrong: string | undefined = faultOfRow(seen.data, start, start + length);
    if (wrong !== undefined) {
      fail(check, `${wrong} in row ${formatPosition(start / length, seen.shape.slice(0, -1))}`);
    }
  }
}

function fail<K extends CheckKind["kind"]>(check: CheckOf<K>, got: string): never {
  const { help = check.help } = ruleOf<K>(check);
  throw new OutOfRangeError(
    `${check.caller}: ${check.argument} must be ${mustOf(check)}, got ${got}.${help === undefined ? "" : ` ${help}`}`,
  );
}

/** Whether a value is a valid kind of check. */
export function isCheckKind(value: unknown): value is CheckKind {
  if (!isRecord(value) || typeof value["kind"] !== "string" || !Object.hasOwn(rules, value["kind"])) return false;
  const { isValid } = ruleOf(value as unknown as Check);
  return isValid === undefined || (isValid as (kind: unknown) => boolean)(value);
}

// Each has a loop of its own, which an engine of JavaScript compiles for it alone.

/** The first element that is neither an integer from 0 to `last` nor `ignored`. */
function firstNoInteger(data: TypedArray, last: number, ignored?: number): number {
  for (let index = 0; index < data.length; index++) {
    const value = data[index]!;
    // Written so that NaN fails too.
    if (!(value >= 0 && value <= last && Number.isInteger(value)) && value !== ignored) return index;
  }
  return -1;
}

/** The first element below 0 or above `most`, which is 1 or infinity. */
function firstOutside(data: TypedArray, most: number): number {
  if (data instanceof Float32Array && liesWithin(data, most)) return -1;
  for (let index = 0; index < data.length; index++) if (data[index]! < 0 || data[index]! > most) return index;
  return -1;
}

/**
 * Whether all elements surely lie from 0 to `most`, which is 1 or infinity. False leaves it open: for -0 and NaN too.
 *
 * The bits of floats from 0, read as integers, have the order of the floats. Those of 1 and of infinity lie 2^23 below 2^30 and 2^31: with
 * 2^23 - 1 added, the bits of a number above them reach that power, and those of a number below 0 keep their sign. One addition without a
 * branch saves time that counts: a loss of probabilities itself takes little longer.
 */
function liesWithin(data: Float32Array, most: number): boolean {
  const margin = 0x7fffff;
  const tooHigh = most === 1 ? 0xc0000000 : 0x80000000;
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
  // Two sums of bits, for no addition to wait for the one before.
  let [even, odd] = [0, 0];
  let index = 0;
  for (; index + 8 <= bits.length; index += 8) {
    even |=
      (bits[index]! + margin) | (bits[index + 2]! + margin) | (bits[index + 4]! + margin) | (bits[index + 6]! + margin);
    odd |=
      (bits[index + 1]! + margin) |
      (bits[index + 3]! + margin) |
      (bits[index + 5]! + margin) |
      (bits[index + 7]! + margin);
  }
  for (; index < bits.length; index++) even |= bits[index]! + margin;
  return ((even | odd) & tooHigh) === 0;
}

/** The first element below `least`. */
function firstBelow(data: TypedArray, least: number): number {
  for (let index = 0; index < data.length; index++) if (data[index]! < least) return index;
  return -1;
}

function firstUpTo(data: TypedArray, bound: number): number {
  for (let index = 0; index < data.length; index++) if (data[index]! <= bound) return index;
  return -1;
}

function firstFraction(data: TypedArray): number {
  for (let index = 0; index < data.length; index++) {
    const value = data[index]!;
    // True of neither NaN nor infinities.
    if (Math.floor(value) < value) return index;
  }
  return -1;
}

function firstNoSign(data: TypedArray): number {
  for (let index = 0; index < data.length; index++) {
    const value = data[index]!;
    // As a product, because which of the two it is can't be foretold.
    if (value * value !== 1 && !Number.isNaN(value)) return index;
  }
  return -1;
}

function firstNoBit(data: TypedArray): number {
  for (let index = 0; index < data.length; index++) {
    const value = data[index]!;
    if (value * value !== value || value > 1) return index;
  }
  return -1;
}

function otherThanOne(data: TypedArray, start: number, end: number): string | undefined {
  let ones = 0;
  for (let index = start; index < end; index++) ones += data[index]!;
  return ones === 1 ? undefined : `${ones} ones`;
}

/** The rounding of float32 in a row of many numbers is allowed. */
function otherSum(data: TypedArray, start: number, end: number): string | undefined {
  let sum = 0;
  for (let index = start; index < end; index++) sum += data[index]!;
  return Math.abs(sum - 1) > 1e-4 ? `a sum of ${sum}` : undefined;
}
