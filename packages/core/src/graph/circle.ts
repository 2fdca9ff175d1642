/** How far is x from a whole number, and what are sine and cotangent of pi x? Written with the operations that there are. */
import { abs, add, div, less, mul, sub, where } from "../tensor/elementwise.ts";
import { polynomialOfTensor } from "./polynomial.ts";
import { toDType } from "../tensor/operand.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** sin(pi x) / x by powers of x^2: for x up to 1/2 to the precision of float64. */
const sine: readonly number[] = Array.from({ length: 12 }, (_, n) => {
  const factorial = Array.from({ length: 2 * n + 1 }, (__, index) => index + 1).reduce((product, k) => product * k, 1);
  return ((-1) ** n * Math.PI ** (2 * n + 1)) / factorial;
});

/** x less the nearest whole number, exactly; 0 for numbers that are too large to have a fraction. */
export function distanceToWhole(x: Tensor): Tensor {
  const wide = x.dtype === "float64";
  const small = where(less(abs(x), wide ? 2 ** 51 : 2 ** 23), x, 0);
  // Whole numbers are taken away in two parts: those of an int32 do not reach this far.
  const low = wide ? sub(small, mul(truncated(mul(small, 2 ** -20)), 2 ** 20)) : small;
  return sub(low, truncated(add(low, where(less(low, 0), -0.5, 0.5))));
}

/** sin(pi x), for x from -1/2 to 1/2. */
export function sineOfPi(x: Tensor): Tensor {
  return mul(x, polynomialOfTensor(sine, mul(x, x)));
}

/** cot(pi x), for x from -1/2 to 1/2. */
export function cotangentOfPi(x: Tensor): Tensor {
  return div(sineOfPi(sub(0.5, abs(x))), sineOfPi(x));
}

function truncated(x: Tensor): Tensor {
  return toDType(toDType(x, "int32"), x.dtype);
}
