/** What is e to the power of x, less 1, without loss where x is small? */
import type { Arithmetic } from "../assembler/arithmetic.ts";
import { type Expression, f32x4, floats, v128 } from "../assembler/expression.ts";
import type { FunctionWriter } from "../assembler/function.ts";
import { bias, coefficients, reduce } from "./exp.ts";
import { polynomialOfPairs } from "./polynomial.ts";

/** Below, the result is -1; above, it is Infinity. */
const [lowest, highest] = [-20, 89];

/** Below this size the result is x. */
const small = 2 ** -25;

/** e^x - 1 of four float32. */
export function expm1(f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic): Expression<"v128"> {
  const bounded = f.define(f32x4.pmin(f32x4.pmax(x, floats(lowest)), floats(highest)));
  const { power, fraction } = reduce(f, bounded, arithmetic, bias - 1);
  // Half of the power: the whole can be Infinity where the result is not.
  const half = f.define(power);
  const difference = f32x4.sub(half, floats(0.5));
  const value = f.define(arithmetic.multiplyAdd(expm1OfFraction(f, fraction, arithmetic), half, difference));
  return v128.bitselect(x, f32x4.add(value, value), f32x4.lt(f32x4.abs(x), floats(small)));
}

/** e^x - 1 of four float32 that are not positive, or NaN; -0 gives 0. */
export function expm1NonPositive(f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic): Expression<"v128"> {
  const { power, fraction } = reduce(f, f.define(f32x4.pmax(x, floats(lowest))), arithmetic, bias);
  const whole = f.define(power);
  const difference = f32x4.sub(whole, floats(1));
  return arithmetic.multiplyAdd(expm1OfFraction(f, fraction, arithmetic), whole, difference);
}

function expm1OfFraction(f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic): Expression<"v128"> {
  const square = f.define(f32x4.mul(x, x));
  return arithmetic.multiplyAdd(polynomialOfPairs(arithmetic, x, square, coefficients.slice(2)), square, x);
}
