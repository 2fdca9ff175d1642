/** What is e to the power of x? */
import type { Arithmetic } from "../assembler/arithmetic.ts";
import { type Expression, f32x4, floats, i32x4, int, ints, v128 } from "../assembler/expression.ts";
import type { FunctionWriter } from "../assembler/function.ts";
import { polynomial } from "./polynomial.ts";

/** Below, the result is 0; above, it is Infinity. */
const [lowest, highest] = [-104, 89];

/** Added to a number of less than 22 bits, it leaves the nearest whole number in the last bits of the sum. */
const magic = 1.5 * 2 ** 23;

export const bias = 127;
const exponentStart = 23;

/** ln 2 in two parts; the first has 15 bits, so that its products with exponents are exact. */
const [ln2, restOfLn2] = [0.693145751953125, 1.428606765330187e-6];

/** Of e^x, with the least relative error where |x| <= ln(2) / 2: 2^-28. */
export const coefficients: readonly number[] = [
  1, 1, 0.4999999403953552, 0.16666516661643982, 0.04166810214519501, 0.008369198068976402, 0.001383903669193387,
];

/** By what exponent a power of two is kept away from where float32 ends. */
const spare = 64;

/** e^x of four float32. */
export function exp(f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic): Expression<"v128"> {
  const bounded = f.define(f32x4.pmin(f32x4.pmax(x, floats(lowest)), floats(highest)));
  // 2^n can be beyond float32 at either end, so it has two factors: 2^(n - spare) and 2^spare or, where x is negative,
  // 2^(n + spare) and 2^-spare. The exponent's bits that make the difference come from the sign.
  const { power, fraction } = reduce(f, bounded, arithmetic, bias - spare);
  const difference = f.define(v128.and(i32x4.shr_u(bounded, int(1)), ints((2 * spare) << exponentStart)));
  const value = f32x4.mul(polynomial(arithmetic, fraction, coefficients), i32x4.add(power, difference));
  return f32x4.mul(value, v128.xor(difference, ints((bias + spare) << exponentStart)));
}

/** e^x of four float32 that are not positive, or NaN. */
export function expNonPositive(f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic): Expression<"v128"> {
  const bounded = f.define(f32x4.pmax(x, floats(lowest)));
  const { power, fraction } = reduce(f, bounded, arithmetic, bias + spare);
  // The product is rounded once, to a subnormal number as well.
  const scaled = coefficients.map((coefficient) => coefficient * 2 ** -spare);
  return f32x4.mul(polynomial(arithmetic, fraction, scaled), power);
}

/** x = n ln 2 + fraction, and 2^(n + offset - bias). */
export function reduce(
  f: FunctionWriter,
  x: Expression<"v128">,
  arithmetic: Arithmetic,
  offset: number,
): { readonly power: Expression<"v128">; readonly fraction: Expression<"v128"> } {
  const shifted = f.define(arithmetic.multiplyAdd(x, floats(Math.LOG2E), floats(magic + offset)));
  const n = f.define(f32x4.sub(shifted, floats(magic + offset)));
  const near = arithmetic.multiplySubtract(n, floats(ln2), x);
  return {
    power: i32x4.shl(shifted, int(exponentStart)),
    fraction: f.define(arithmetic.multiplySubtract(n, floats(restOfLn2), near)),
  };
}
