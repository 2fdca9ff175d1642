/** How are products added: rounded once, where the processor can, or twice? */
import { type Expression, f32x4, f64x2 } from "./expression.ts";

/** Products that are added to something, in elementary functions and sums of products only: never in what a graph says. */
export interface Arithmetic {
  /** (x, y, z): x y + z, of four float32. */
  multiplyAdd(x: Expression<"v128">, y: Expression<"v128">, z: Expression<"v128">): Expression<"v128">;
  /** (x, y, z): z - x y, of four float32. */
  multiplySubtract(x: Expression<"v128">, y: Expression<"v128">, z: Expression<"v128">): Expression<"v128">;
  /** (x, y, z): x y + z, of two float64. */
  multiplyAddDoubles(x: Expression<"v128">, y: Expression<"v128">, z: Expression<"v128">): Expression<"v128">;
}

/** A product and a sum. */
export const separate: Arithmetic = {
  multiplyAdd: (x, y, z) => f32x4.add(f32x4.mul(x, y), z),
  multiplySubtract: (x, y, z) => f32x4.sub(z, f32x4.mul(x, y)),
  multiplyAddDoubles: (x, y, z) => f64x2.add(f64x2.mul(x, y), z),
};

/** One instruction of relaxed SIMD. */
export const fused: Arithmetic = {
  multiplyAdd: f32x4.relaxed_madd,
  multiplySubtract: f32x4.relaxed_nmadd,
  multiplyAddDoubles: f64x2.relaxed_madd,
};
