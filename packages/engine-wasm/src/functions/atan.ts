/** What is the arc tangent of x? */
import type { Arithmetic } from "../assembler/arithmetic.ts";
import { type Expression, f32x4, floats, ints, v128 } from "../assembler/expression.ts";
import type { FunctionWriter } from "../assembler/function.ts";
import { polynomialOfPairs } from "./polynomial.ts";

/** (atan(x) / x - 1) / x^2, of x^2 from 0 to 1, such that atan(x) has the least relative error: 2^-26. */
const coefficients = [
  -0.3333333173306352, 0.1999973932983558, -0.14278568748210602, 0.11033764115313455, -0.08656880430154522,
  0.06250169444749563, -0.03587153898204336, 0.013507771427020535, -0.002386997316724113,
];

/** atan x of four float32: beyond 1 it is pi / 2 less that of 1 / x, with the sign of x. */
export function atan(f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic): Expression<"v128"> {
  const size = f.define(f32x4.abs(x));
  const steep = f.define(f32x4.gt(size, floats(1)));
  const slope = f.define(v128.bitselect(f32x4.div(floats(1), size), size, steep));
  const square = f.define(f32x4.mul(slope, slope));
  const power = f.define(f32x4.mul(square, square));
  const rest = polynomialOfPairs(arithmetic, square, power, coefficients);
  const angle = f.define(arithmetic.multiplyAdd(f32x4.mul(rest, square), slope, slope));
  const value = v128.bitselect(f32x4.sub(floats(Math.PI / 2), angle), angle, steep);
  return v128.bitselect(x, value, ints(1 << 31));
}
