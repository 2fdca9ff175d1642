/** What is the error function, of a number and of a tensor? Rational functions by Cody (1969), good to two units of the last place. */
import { abs, div, exp, less, minimum, mul, neg, sub, where } from "../tensor/elementwise.ts";
import { polynomial, polynomialOfTensor } from "./polynomial.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A quotient of polynomials. */
interface Ratio {
  readonly numerator: readonly number[];
  readonly denominator: readonly number[];
}

/** erf(x) / x near 0, a function of x^2. */
const near: Ratio = {
  numerator: [3209.3775891384694, 377.485237685302, 113.86415415105016, 3.1611237438705655, 0.18577770618460315],
  denominator: [2844.236833439171, 1282.6165260773723, 244.02463793444417, 23.601290952344122, 1],
};

/** (1 - erf(x)) exp(x^2) further out, a function of x. */
const far: Ratio = {
  numerator: [
    1230.3393547979972, 2051.0783778260716, 1712.0476126340707, 881.952221241769, 298.6351381974001, 66.11919063714163,
    8.883149794388377, 0.5641884969886701, 2.1531153547440383e-8,
  ],
  denominator: [
    1230.3393548037495, 3439.3676741437216, 4362.619090143247, 3290.7992357334597, 1621.3895745666903,
    537.1811018620099, 117.6939508913125, 15.744926110709835, 1,
  ],
};

/** Up to here the function of x^2 holds. */
const border = 0.46875;

/** From here on the result is 1 in float64 too. */
const end = 6;

/** The error function of a number. */
export function errorFunction(x: number): number {
  const size = Math.min(Math.abs(x), end);
  const square = size * size;
  // Left alone, 0 keeps its sign.
  if (size < border) return x * ratio(near, square);
  const value = 1 - Math.exp(-square) * ratio(far, size);
  return x < 0 ? -value : value;
}

/** The error function of a tensor, written with other operations. */
export function loweredErrorFunction(x: Tensor): Tensor {
  const size = minimum(abs(x), end);
  const square = mul(size, size);
  const value = sub(1, mul(exp(neg(square)), ratioOfTensor(far, size)));
  const signed = where(less(x, 0), neg(value), value);
  return where(less(size, border), mul(x, ratioOfTensor(near, square)), signed);
}

function ratio({ numerator, denominator }: Ratio, x: number): number {
  return polynomial(numerator, x) / polynomial(denominator, x);
}

function ratioOfTensor({ numerator, denominator }: Ratio, x: Tensor): Tensor {
  return div(polynomialOfTensor(numerator, x), polynomialOfTensor(denominator, x));
}
