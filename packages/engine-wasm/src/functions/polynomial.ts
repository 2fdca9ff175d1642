/** How is a polynomial evaluated? */
import type { Arithmetic } from "../assembler/arithmetic.ts";
import { type Expression, doubles, floats } from "../assembler/expression.ts";

/** c0 + c1 x + c2 x^2 + ... of four float32, by Horner's rule. */
export function polynomial(
  arithmetic: Arithmetic,
  x: Expression<"v128">,
  coefficients: readonly number[],
): Expression<"v128"> {
  return coefficients.map(floats).reduceRight((sum, coefficient) => arithmetic.multiplyAdd(sum, x, coefficient));
}

/** The same, of pairs of terms: as many instructions, of which fewer wait for each other; one more for the square, if it isn't there. */
export function polynomialOfPairs(
  arithmetic: Arithmetic,
  x: Expression<"v128">,
  square: Expression<"v128">,
  coefficients: readonly number[],
): Expression<"v128"> {
  const pairs = coefficients.flatMap((even, power) => {
    if (power % 2 === 1) return [];
    const odd = coefficients[power + 1];
    return [odd === undefined ? floats(even) : arithmetic.multiplyAdd(floats(odd), x, floats(even))];
  });
  return pairs.reduceRight((sum, pair) => arithmetic.multiplyAdd(sum, square, pair));
}

/** c0 + c1 x + c2 x^2 + ... of two float64, by Horner's rule. */
export function polynomialOfDoubles(
  arithmetic: Arithmetic,
  x: Expression<"v128">,
  coefficients: readonly number[],
): Expression<"v128"> {
  return coefficients
    .map(doubles)
    .reduceRight((sum, coefficient) => arithmetic.multiplyAddDoubles(sum, x, coefficient));
}
