/** What is the hyperbolic tangent of x? */
import type { Arithmetic } from "../assembler/arithmetic.ts";
import { type Expression, f32x4, floats, ints, v128 } from "../assembler/expression.ts";
import type { FunctionWriter } from "../assembler/function.ts";
import { expm1NonPositive } from "./expm1.ts";

/** tanh x of four float32: -e / (e + 2), where e = e^(-2 |x|) - 1, with the sign of x. */
export function tanh(f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic): Expression<"v128"> {
  const size = f32x4.abs(x);
  const e = f.define(expm1NonPositive(f, f32x4.mul(size, floats(-2)), arithmetic));
  const value = f32x4.div(e, f32x4.add(e, floats(2)));
  return v128.bitselect(x, value, ints(1 << 31));
}
