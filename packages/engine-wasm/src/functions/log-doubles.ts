/** What are the natural logarithms of x and of 1 + x, in float64 with the precision of its sums of float32? To 1e-12. */
import type { Arithmetic } from "../assembler/arithmetic.ts";
import { type Expression, doubles, f64x2, i64x2, int, v128 } from "../assembler/expression.ts";
import type { FunctionWriter } from "../assembler/function.ts";
import { polynomialOfDoubles } from "./polynomial.ts";

const bias = 1023;
const exponentStart = 52;

/** (2 atanh(s) - 2 s) / s^3, a function of s^2, where x = (1 + s) / (1 - s) lies between the root of 1/2 and its double; to 2^-44. */
const coefficients = [
  0.6666666667579123, 0.39999995624005236, 0.2857210903809794, 0.22176189440966879, 0.1958419859506652,
];

/** ln x of two float64. */
export function logDoubles(f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic): Expression<"v128"> {
  return orSpecial(x, logOfPositive(f, x, arithmetic));
}

/** ln(1 + x) of two float64. */
export function log1pDoubles(f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic): Expression<"v128"> {
  const sum = f.define(f64x2.add(x, doubles(1)));
  const lost = f64x2.sub(x, f64x2.sub(sum, doubles(1)));
  const value = f64x2.add(logOfPositive(f, sum, arithmetic), f64x2.div(lost, sum));
  // -0 stays what it is.
  return v128.or(orSpecial(sum, value), v128.and(x, doubles(-0)));
}

function logOfPositive(f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic): Expression<"v128"> {
  const subnormal = f.define(f64x2.lt(x, doubles(2 ** -1022)));
  const normal = f.define(f64x2.mul(x, v128.bitselect(doubles(2 ** 54), doubles(1), subnormal)));
  // The exponent plus the bias, an integer.
  const biased = f.define(
    i64x2.shr_u(i64x2.add(i64x2.sub(normal, doubles(Math.SQRT1_2)), doubles(1)), int(exponentStart)),
  );
  const significand = i64x2.sub(normal, i64x2.sub(i64x2.shl(biased, int(exponentStart)), doubles(1)));
  const fraction = f.define(f64x2.sub(significand, doubles(1)));
  // In the last bits of 2^52 an integer is a float64.
  const whole = f64x2.sub(v128.or(biased, doubles(2 ** 52)), doubles(2 ** 52 + bias));
  const exponent = f64x2.sub(whole, v128.and(doubles(54), subnormal));
  const s = f.define(f64x2.div(fraction, f64x2.add(fraction, doubles(2))));
  const square = f.define(f64x2.mul(s, s));
  const cubic = f64x2.mul(polynomialOfDoubles(arithmetic, square, coefficients), f64x2.mul(square, s));
  return arithmetic.multiplyAddDoubles(exponent, doubles(Math.LN2), f64x2.add(cubic, f64x2.add(s, s)));
}

/** The value where x is positive and not Infinity, else what the logarithm of 0, Infinity, NaN or a negative number is. */
function orSpecial(x: Expression<"v128">, value: Expression<"v128">): Expression<"v128"> {
  const finite = v128.and(f64x2.gt(x, doubles(0)), f64x2.lt(x, doubles(Infinity)));
  // The root of a negative number is NaN.
  const special = v128.bitselect(doubles(-Infinity), f64x2.sqrt(x), f64x2.eq(x, doubles(0)));
  return v128.bitselect(value, special, finite);
}
