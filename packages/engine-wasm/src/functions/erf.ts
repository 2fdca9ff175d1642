/** What is the error function of x? Long: worth a function of the module where it is used more than once. */
import type { Arithmetic } from "../assembler/arithmetic.ts";
import { type Expression, f32x4, floats, ints, v128 } from "../assembler/expression.ts";
import type { FunctionWriter } from "../assembler/function.ts";
import { expNonPositive } from "./exp.ts";
import { polynomial, polynomialOfPairs } from "./polynomial.ts";

/** Up to here erf(x) / x is a polynomial of x^2, further out ln(1 - erf(x)) is one of x. */
const border = 0.92;

/** From here on the result is 1. */
const end = 3.95;

/** erf(x) / x - 1, of x^2. */
const near = [
  0.12837915122509003, -0.3761250078678131, 0.11281877011060715, -0.026768578216433525, 0.004995847120881081,
  -0.0006003747112117708,
];

/** ln(1 - erf(x)), such that erf(x) has the least error: 2^-25. */
const far = [
  -0.00202090828679502, -1.1196801662445068, -0.6514663100242615, -0.0906263142824173, 0.015419271774590015,
  -0.0012309690937399864,
];

/** erf x of four float32. */
export function erf(f: FunctionWriter, x: Expression<"v128">, arithmetic: Arithmetic): Expression<"v128"> {
  const size = f.define(f32x4.pmin(f32x4.abs(x), floats(end)));
  const square = f.define(f32x4.mul(size, size));
  const inner = f.define(arithmetic.multiplyAdd(polynomial(arithmetic, square, near), size, size));
  const tail = expNonPositive(f, f.define(polynomialOfPairs(arithmetic, size, square, far)), arithmetic);
  const value = v128.bitselect(inner, f32x4.sub(floats(1), tail), f32x4.lt(size, floats(border)));
  return v128.bitselect(x, value, ints(1 << 31));
}
