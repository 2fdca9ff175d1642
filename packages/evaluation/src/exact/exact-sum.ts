/** What is the sum of floats, exactly? An integer, so that neither order nor partition can change a bit of it. */
import { OutOfRangeError } from "@symloss/core";
import { describe } from "@symloss/core/engine";
import { roundRatio } from "./round-ratio.ts";

/** A sum: a multiple of the least float64, 2^-1074, and how many terms there were, also of those that are no numbers. */
export interface ExactSum {
  readonly units: bigint;
  /** All terms, whatever they are. */
  readonly count: number;
  readonly nan: number;
  readonly positiveInfinity: number;
  readonly negativeInfinity: number;
}

/** How many bits a unit is below 1. */
export const unitBits = 1074;

/** The sum of nothing. */
export const noSum: ExactSum = { units: 0n, count: 0, nan: 0, positiveInfinity: 0, negativeInfinity: 0 };

/** The sum of both. */
export function addSums(left: ExactSum, right: ExactSum): ExactSum {
  return {
    units: left.units + right.units,
    count: left.count + right.count,
    nan: left.nan + right.nan,
    positiveInfinity: left.positiveInfinity + right.positiveInfinity,
    negativeInfinity: left.negativeInfinity + right.negativeInfinity,
  };
}

/** The float64 nearest to the sum; NaN or an infinity if the terms say so, and 0 of nothing. */
export function valueOf(sum: ExactSum): number {
  return notFinite(sum) ?? roundRatio(sum.units, 1n << BigInt(unitBits));
}

/** The float64 nearest to the mean; NaN of nothing. */
export function meanOf(sum: ExactSum): number {
  if (sum.count === 0) return NaN;
  return notFinite(sum) ?? roundRatio(sum.units, BigInt(sum.count) << BigInt(unitBits));
}

/** The float64 nearest to the quotient of two sums, rounded once; NaN or an infinity as of a quotient of numbers. */
export function quotientOf(left: ExactSum, right: ExactSum): number {
  const [numerator, denominator] = [notFinite(left), notFinite(right)];
  if (numerator !== undefined || denominator !== undefined || right.units === 0n) return valueOf(left) / valueOf(right);
  const sign = right.units < 0n ? -1n : 1n;
  return roundRatio(sign * left.units, sign * right.units);
}

/** What a sum with terms that are not finite is. */
export function notFinite({ nan, positiveInfinity, negativeInfinity }: ExactSum): number | undefined {
  if (nan > 0 || (positiveInfinity > 0 && negativeInfinity > 0)) return NaN;
  if (positiveInfinity > 0) return Infinity;
  return negativeInfinity > 0 ? -Infinity : undefined;
}

/** A sum as JSON: `1f@-30` is 0x1f times 2^-30, where the integer is odd; counts that are 0 are left out. */
export interface SumText {
  readonly sum: string;
  readonly count: number;
  readonly nan?: number;
  readonly positiveInfinity?: number;
  readonly negativeInfinity?: number;
}

const counts = ["nan", "positiveInfinity", "negativeInfinity"] as const;

/** The one text of a sum. */
export function writeSum(sum: ExactSum): SumText {
  const others = counts.filter((name) => sum[name] > 0).map((name) => [name, sum[name]] as const);
  return { sum: writeInteger(sum.units, -unitBits), count: sum.count, ...Object.fromEntries(others) };
}

/** The sum of a text. Throws `OutOfRangeError`, naming the path, if it is none. */
export function readSum(path: string, text: unknown): ExactSum {
  const { sum, count, ...others } = (text ?? {}) as Partial<SumText>;
  const units = typeof sum === "string" ? readInteger(sum, -unitBits) : undefined;
  const names = Object.keys(others);
  const numbers = [count, ...Object.values(others)];
  if (units === undefined || !numbers.every(isCount) || !names.every((name) => counts.includes(name as "nan"))) {
    throw new OutOfRangeError(
      `${path} must be an exact sum, such as {"sum":"1f@-30","count":2}, got ${describe(text)}.`,
    );
  }
  return { ...noSum, ...others, units, count: count! };
}

/** Whether a value counts something. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** A multiple of a power of 2 as text: the odd integer in hexadecimal, and its exponent. */
function writeInteger(units: bigint, exponent: number): string {
  if (units === 0n) return "0@0";
  const size = units < 0n ? -units : units;
  const trailing = (size & -size).toString(2).length - 1;
  return `${units < 0n ? "-" : ""}${(size >> BigInt(trailing)).toString(16)}@${exponent + trailing}`;
}

function readInteger(text: string, exponent: number): bigint | undefined {
  const match = /^(-?)([0-9a-f]{1,1000})@(-?\d{1,4})$/.exec(text);
  if (match === null) return undefined;
  const shift = match[2] === "0" ? 0 : Number(match[3]) - exponent;
  if (shift < 0) return undefined;
  const size = BigInt(`0x${match[2]!}`) << BigInt(shift);
  const units = match[1] === "-" ? -size : size;
  return writeInteger(units, exponent) === text ? units : undefined;
}
