/** How is the arc tangent written with other operations? */
import { abs, add, div, less, mul, neg, sub, where } from "../tensor/elementwise.ts";
import { polynomialOfTensor } from "./polynomial.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The tangent of pi / 8: up to here the series has as many terms as float64 needs. */
const border = Math.SQRT2 - 1;

/** atan(x) / x by powers of x^2. */
const series: readonly number[] = Array.from({ length: 22 }, (_, n) => (-1) ** n / (2 * n + 1));

/** atan of a tensor: that of 1 / |x| beyond 1, and that of (x - 1) / (x + 1) beyond the border, turned. */
export function loweredArcTangent(x: Tensor): Tensor {
  const steep = less(1, abs(x));
  const slope = where(steep, div(1, abs(x)), abs(x));
  const past = less(border, slope);
  const turned = where(past, div(sub(slope, 1), add(slope, 1)), slope);
  const small = mul(turned, polynomialOfTensor(series, mul(turned, turned)));
  const angle = where(past, add(small, Math.PI / 4), small);
  const size = where(steep, sub(Math.PI / 2, angle), angle);
  return where(less(x, 0), neg(size), size);
}
