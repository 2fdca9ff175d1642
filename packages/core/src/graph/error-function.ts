/** What is the error function, of a number and of a tensor? Rational functions by Cody (1969), good to two units of the last place. */
import { abs, add, div, exp, less, minimum, mul, neg, sub, where } from "../tensor/elementwise.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";

/** Coefficients, those of the highest power first. */
interface Ratio {
  readonly numerator: readonly number[];
  readonly denominator: readonly number[];
}

/** erf(x) / x near 0, a function of x^2. */
const near: Ratio = {
  numerator: [0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694],
  denominator: [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171],
};

/** (1 - erf(x)) exp(x^2) further out, a function of x. */
const far: Ratio = {
  numerator: [
    2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001,
    881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
  ],
  denominator: [
    1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
    4362.619090143247, 3439.3676741437216, 1230.3393548037495,
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
  if (size < border) return x * evaluate(near, square, numbers);
  const value = 1 - Math.exp(-square) * evaluate(far, size, numbers);
  return x < 0 ? -value : value;
}

/** The error function of a tensor, written with other operations. */
export function loweredErrorFunction(x: Tensor): Tensor {
  const size = minimum(abs(x), end);
  const square = mul(size, size);
  const value = sub(1, mul(exp(neg(square)), evaluate<TensorLike>(far, size, tensors)));
  const signed = where(less(x, 0), neg(value), value);
  return where(less(size, border), mul(x, evaluate<TensorLike>(near, square, tensors)), signed);
}

interface Arithmetic<T> {
  readonly add: (x: T, y: number) => T;
  readonly mul: (x: T, y: T | number) => T;
  readonly div: (x: T, y: T) => T;
}

const numbers: Arithmetic<number> = { add: (x, y) => x + y, mul: (x, y) => x * y, div: (x, y) => x / y };

const tensors: Arithmetic<TensorLike> = { add, mul, div };

/** The quotient of the two polynomials. */
function evaluate<T>({ numerator, denominator }: Ratio, x: T, arithmetic: Arithmetic<T>): T {
  return arithmetic.div(polynomial(numerator, x, arithmetic), polynomial(denominator, x, arithmetic));
}

/** By Horner's rule. */
function polynomial<T>([highest, next, ...rest]: readonly number[], x: T, { add: plus, mul: times }: Arithmetic<T>): T {
  return rest.reduce((value, coefficient) => plus(times(value, x), coefficient), plus(times(x, highest!), next!));
}
