/** Which functions are computed in lanes, and which number by number? */
import type { Arithmetic } from "../assembler/arithmetic.ts";
import { type Expression, f32x4, f64x2, lane } from "../assembler/expression.ts";
import type { FunctionWriter } from "../assembler/function.ts";
import { shuffle } from "../assembler/expression.ts";
import { callLibrary } from "./library.ts";

type Vector = Expression<"v128">;

/** log(1 + x) of four float32. */
export function log1pOfSingles(writer: FunctionWriter, x: Vector, _arithmetic: Arithmetic): Vector {
  const low = log1pOfDoubles(writer, writer.define(f64x2.promote_low_f32x4(x)));
  const high = log1pOfDoubles(writer, writer.define(f64x2.promote_low_f32x4(shuffle(x, x, [2, 3, 2, 3]))));
  return shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), [0, 1, 4, 5]);
}

/** log(1 + x) of two float64. */
export function log1pOfDoubles(_writer: FunctionWriter, x: Vector): Vector {
  const at = (index: number): Expression<"f64"> => callLibrary("log1p", lane("f64x2.extract_lane", index, x));
  return lane("f64x2.replace_lane", 1, f64x2.splat(at(0)), at(1));
}
