/** What is e to the power of x, and that less 1, in float64 with the precision of its sums of float32? To 1e-12. */
import type { Arithmetic } from "../assembler/arithmetic.ts";
import { type Expression, doubles, f64x2, i64x2, int, v128 } from "../assembler/expression.ts";
import type { FunctionWriter } from "../assembler/function.ts";
import { polynomialOfDoubles } from "./polynomial.ts";

/** Added to a number of less than 51 bits, it leaves the nearest whole number in the last bits of the sum. */
const magic = 1.5 * 2 ** 52;

const bias = 1023;
const exponentStart = 52;

/** ln 2 in two parts; the first has 32 bits, so that its products with exponents are exact. */
const [ln2, restOfLn2] = [0.6931471803691238, 1.9082149292705877e-10];

/** (e^x - 1 - x) / x^2, of the least relative error of e^x - 1 where |x| <= ln(2) / 2: 2^-43. */
const coefficients = [
  0.4999999999981185, 0.16666666666869784, 0.041666666884030555, 0.008333333246088264, 0.0013888822653012228,
  0.00019841359947658934, 2.487575148012751e-5, 2.7560518601705548e-6,
];

/** By what exponent a power of two is kept away from where float64 ends. */
const spare = 512;

/** e^x of two float64. */
export function expDoubles(f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic): Expression<"v128"> {
  const bounded = f.define(f64x2.pmin(f64x2.pmax(x, doubles(-746)), doubles(710)));
  const { power, less1 } = reduce(f, bounded, arithmetic, bias - spare);
  // Two factors as in float32; the bits of 2 are those of 2^(2 spare) as an integer.
  const difference = f.define(v128.and(i64x2.shr_u(bounded, int(1)), doubles(2)));
  const value = f64x2.mul(f64x2.add(less1, doubles(1)), i64x2.add(power, difference));
  return f64x2.mul(value, v128.xor(difference, doubles(2 ** spare)));
}

/** e^x - 1 of two float64. */
export function expm1Doubles(f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic): Expression<"v128"> {
  const bounded = f.define(f64x2.pmin(f64x2.pmax(x, doubles(-40)), doubles(710)));
  const { power, less1 } = reduce(f, bounded, arithmetic, bias - 1);
  const half = f.define(power);
  const value = f.define(arithmetic.multiplyAddDoubles(less1, half, f64x2.sub(half, doubles(0.5))));
  return v128.bitselect(x, f64x2.add(value, value), f64x2.lt(f64x2.abs(x), doubles(2 ** -54)));
}

/** x = n ln 2 + fraction: 2^(n + offset - bias), and e^fraction - 1. */
function reduce(
  f: FunctionWriter,
  x: Expression<"v128">,
  arithmetic: Arithmetic,
  offset: number,
): { readonly power: Expression<"v128">; readonly less1: Expression<"v128"> } {
  const shifted = f.define(arithmetic.multiplyAddDoubles(x, doubles(Math.LOG2E), doubles(magic + offset)));
  const n = f.define(f64x2.sub(shifted, doubles(magic + offset)));
  const near = arithmetic.multiplyAddDoubles(n, doubles(-ln2), x);
  const fraction = f.define(arithmetic.multiplyAddDoubles(n, doubles(-restOfLn2), near));
  const square = f64x2.mul(fraction, fraction);
  return {
    power: i64x2.shl(shifted, int(exponentStart)),
    less1: arithmetic.multiplyAddDoubles(polynomialOfDoubles(arithmetic, fraction, coefficients), square, fraction),
  };
}
