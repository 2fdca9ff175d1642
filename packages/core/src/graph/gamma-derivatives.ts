/** What are the derivatives of digamma, of every order? Written with other operations, so that engines need none for them. */
import { customGradient } from "../tensor/annotation.ts";
import { add, div, equal, less, mul, neg, sub, where } from "../tensor/elementwise.ts";
import { bernoulli, mirror } from "./gamma-function.ts";
import { polynomialOfTensor } from "./polynomial.ts";
import { cotangentOfPi, distanceToWhole } from "./circle.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The derivative of digamma of this order, from 1: the polygamma function. */
export function polygamma(order: number, x: Tensor): Tensor {
  return customGradient((given: Tensor) => ({
    value: valueOf(order, given),
    gradient: (g) => [mul(g, polygamma(order + 1, given))],
  }))(x);
}

function valueOf(order: number, x: Tensor): Tensor {
  const negative = less(x, mirror);
  const upper = ofPositive(order, where(negative, sub(1, x), x));
  return where(negative, mirrored(order, x, upper), upper);
}

/** The terms 1 / (x + k)^(order + 1) up to where the series holds, and the series from there. */
function ofPositive(order: number, x: Tensor): Tensor {
  const steps = 10 + order;
  const near = less(x, steps);
  const start = where(near, add(x, steps), x);
  const terms = Array.from({ length: steps }, (_, step) => div(factorial(order), power(add(x, step), order + 1)));
  const inverse = div(1, start);
  const square = mul(inverse, inverse);
  // The factors next to x^-order, by powers of x^-2.
  const series = bernoulli.map((value, index) => value * rising(2 * index + 3, order - 1));
  const rest = add(
    factorial(order - 1),
    add(mul(inverse, factorial(order) / 2), mul(square, polynomialOfTensor(series, square))),
  );
  const total = add(mul(power(inverse, order), rest), where(near, terms.reduce(add), 0));
  return order % 2 === 1 ? total : neg(total);
}

/** psi(1 - x) - psi(x) = pi cot(pi x), differentiated. */
function mirrored(order: number, x: Tensor, upper: Tensor): Tensor {
  const rest = distanceToWhole(x);
  const cotangent = cotangentOfPi(rest);
  const square = mul(cotangent, cotangent);
  const even = order % 2 === 0;
  const factors = cotangentDerivative(order).filter((_, index) => index % 2 === (even ? 1 : 0));
  const scaled = mul(polynomialOfTensor(factors, square), Math.PI ** (order + 1));
  // Of an even order there is no limit at a pole: the two sides differ in sign.
  return even ? where(equal(rest, 0), NaN, sub(upper, mul(scaled, cotangent))) : sub(neg(upper), scaled);
}

/** The derivative of cot of this order, by powers of cot, whose first derivative is -(1 + cot^2). */
function cotangentDerivative(order: number): readonly number[] {
  let factors: readonly number[] = [0, 1];
  for (let step = 0; step < order; step++) {
    const next = Array.from({ length: factors.length + 1 }, () => 0);
    for (const [index, factor] of factors.entries()) {
      if (index === 0) continue;
      next[index - 1]! -= index * factor;
      next[index + 1]! -= index * factor;
    }
    factors = next;
  }
  return factors;
}

function power(x: Tensor, exponent: number): Tensor {
  return Array.from({ length: exponent }, () => x).reduce((product, factor) => mul(product, factor));
}

/** from (from + 1) .., as many factors. */
function rising(from: number, count: number): number {
  return Array.from({ length: count }, (_, index) => from + index).reduce((product, factor) => product * factor, 1);
}

function factorial(n: number): number {
  return rising(1, n);
}
