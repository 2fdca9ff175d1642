/** What is the natural logarithm of 1 + x, without loss where x is small? */
import type { Arithmetic } from "../assembler/arithmetic.ts";
import { type Expression, f32x4, floats, i32x4, int, ints, v128 } from "../assembler/expression.ts";
import type { FunctionWriter } from "../assembler/function.ts";
import { keepResults, logOfParts, split, whenUnusual } from "./log.ts";
import { polynomialOfPairs } from "./polynomial.ts";

const exponentStart = 23;

/** (ln(1 + x) - x) / x^2, so that ln(1 + x) has the least relative error where 0 <= x <= 1: 2^-25. */
const coefficients = [
  -0.49999648332595825, 0.33321329951286316, -0.24857208132743835, 0.19153769314289093, -0.1375393271446228,
  0.07920495420694351, -0.03006547875702381, 0.005364627111703157,
];

/** ln(1 + x) of four float32. */
export function log1p(f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic): Expression<"v128"> {
  const sum = f.define(f32x4.add(x, floats(1)));
  const { exponent, fraction } = split(f, sum);
  // What the sum has lost, on the scale of the fraction.
  const lost = f32x4.sub(x, f32x4.sub(sum, floats(1)));
  const scale = i32x4.sub(floats(1), i32x4.shl(exponent, int(exponentStart)));
  const parts = {
    exponent: f.define(f32x4.convert_i32x4_s(exponent)),
    // The greatest exponent has a negative scale.
    fraction: f.define(arithmetic.multiplyAdd(lost, i32x4.max_s(scale, ints(0)), fraction)),
  };
  whenUnusual(f, sum, () => keepResults(f, sum, parts));
  // -0 stays what it is.
  return v128.or(logOfParts(f, parts, arithmetic), v128.and(x, ints(1 << 31)));
}

/** ln(1 + x) of four float32 from 0 to 1, or NaN. */
export function log1pOfUnit(f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic): Expression<"v128"> {
  const square = f.define(f32x4.mul(x, x));
  return arithmetic.multiplyAdd(polynomialOfPairs(arithmetic, x, square, coefficients), square, x);
}
