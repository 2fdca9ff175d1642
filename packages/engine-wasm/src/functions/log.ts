/** What is the natural logarithm of x? */
import type { Arithmetic } from "../assembler/arithmetic.ts";
import { type Expression, f32x4, floats, i32x4, int, ints, v128 } from "../assembler/expression.ts";
import type { FunctionWriter, Local } from "../assembler/function.ts";
import { polynomialOfPairs } from "./polynomial.ts";

const [bitsOfLeastNormal, bitsOfGreatest] = [0x00800000, 0x7f7fffff];
const exponentStart = 23;

/** Significands lie from the square root of 1/2, which has these bits, to its double. */
const bitsOfRootOfHalf = 0x3f3504f3;

/** ln 2 in two parts; the first has 15 bits, so that its products with exponents are exact. */
const [ln2, restOfLn2] = [0.693145751953125, 1.428606765330187e-6];

/** (ln(1 + x) - x) / x^2, so that ln(1 + x) has the least relative error there: 2^-27. */
const coefficients = [
  -0.5, 0.3333333134651184, -0.250008225440979, 0.20001260936260223, -0.16623321175575256, 0.14200927317142487,
  -0.13159802556037903, 0.1276783049106598, -0.07643654197454453,
];

/** A number is 2^exponent (1 + fraction). */
interface Parts {
  /** Float32; where there is no logarithm, the result instead. */
  readonly exponent: Local<"v128">;
  readonly fraction: Local<"v128">;
}

/** ln x of four float32. */
export function log(f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic): Expression<"v128"> {
  return logOfParts(f, splitAny(f, x), arithmetic);
}

/** Splits any numbers. */
export function splitAny(f: FunctionWriter, x: Expression<"v128">): Parts {
  const { exponent, fraction } = split(f, x);
  const parts = { exponent: f.define(f32x4.convert_i32x4_s(exponent)), fraction: f.define(fraction) };
  whenUnusual(f, x, () => {
    splitSubnormal(f, x, parts);
    keepResults(f, x, parts);
  });
  return parts;
}

/** Splits positive numbers that are neither subnormal nor Infinity; the exponents are int32. */
export function split(
  f: FunctionWriter,
  x: Expression<"v128">,
): { readonly exponent: Expression<"v128">; readonly fraction: Expression<"v128"> } {
  const exponent = f.define(i32x4.shr_s(i32x4.sub(x, ints(bitsOfRootOfHalf)), int(exponentStart)));
  const significand = i32x4.sub(x, i32x4.shl(exponent, int(exponentStart)));
  return { exponent, fraction: f32x4.sub(significand, floats(1)) };
}

/** Runs the body if any of four numbers can't be split just so. */
export function whenUnusual(f: FunctionWriter, x: Expression<"v128">, body: () => void): void {
  const unusual = v128.or(i32x4.lt_s(x, ints(bitsOfLeastNormal)), i32x4.gt_s(x, ints(bitsOfGreatest)));
  f.when(i32x4.bitmask(unusual), body);
}

function splitSubnormal(f: FunctionWriter, x: Expression<"v128">, parts: Parts): void {
  const subnormal = f.define(f32x4.lt(x, floats(2 ** -126)));
  const factor = v128.bitselect(floats(2 ** 23), floats(1), subnormal);
  const { exponent, fraction } = split(f, f.define(f32x4.mul(x, factor)));
  f.set(parts.exponent, f32x4.sub(f32x4.convert_i32x4_s(exponent), v128.and(floats(23), subnormal)));
  f.set(parts.fraction, fraction);
}

/** Where a number has no logarithm that is finite, the exponent becomes the result. */
export function keepResults(f: FunctionWriter, x: Expression<"v128">, { exponent, fraction }: Parts): void {
  const finite = f.define(v128.and(f32x4.gt(x, floats(0)), f32x4.lt(x, floats(Infinity))));
  // The root of a negative number is NaN.
  const result = v128.bitselect(floats(-Infinity), f32x4.sqrt(x), f32x4.eq(x, floats(0)));
  f.set(exponent, v128.bitselect(exponent, result, finite));
  f.set(fraction, v128.and(fraction, finite));
}

/** ln(2^exponent (1 + fraction)). */
export function logOfParts(
  f: FunctionWriter,
  { exponent, fraction }: Parts,
  arithmetic: Arithmetic,
): Expression<"v128"> {
  const square = f.define(f32x4.mul(fraction, fraction));
  const small = f32x4.mul(exponent, floats(restOfLn2));
  const rest = arithmetic.multiplyAdd(polynomialOfPairs(arithmetic, fraction, square, coefficients), square, small);
  return arithmetic.multiplyAdd(exponent, floats(ln2), f32x4.add(fraction, rest));
}
