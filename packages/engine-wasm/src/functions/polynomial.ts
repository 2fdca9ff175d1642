/** How is a polynomial evaluated? By Horner's rule. */
import type { Arithmetic } from "../assembler/arithmetic.ts";
import { type Expression, doubles, floats } from "../assembler/expression.ts";

/** c0 + c1 x + c2 x^2 + ... of four float32. */
export function polynomial(
  arithmetic: Arithmetic,
  x: Expression<"v128">,
  coefficients: readonly number[],
): Expression<"v128"> {
  return coefficients.map(floats).reduceRight((sum, coefficient) => arithmetic.multiplyAdd(sum, x, coefficient));
}

/** c0 + c1 x + c2 x^2 + ... of two float64. */
export function polynomialOfDoubles(
  arithmetic: Arithmetic,
  x: Expression<"v128">,
  coefficients: readonly number[],
): Expression<"v128"> {
  return coefficients
    .map(doubles)
    .reduceRight((sum, coefficient) => arithmetic.multiplyAddDoubles(sum, x, coefficient));
}
