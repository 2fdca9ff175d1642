/** How far does a ratio exceed 1 and its own logarithm, where the three nearly cancel? It is what variances add to a divergence. */
import { type Tensor, customGradient, exp, log, logicalOr, minimum, sub, weightedBy, where } from "@symloss/core";
import { isWide, polynomial } from "./series.ts";

/**
 * r - 1 - log(r) of the ratio r = from / to of positive tensors of one shape, from 0. Where r is near 1 a series gives it, since of the
 * difference itself no digit would be left; and a ratio that is out of range does not make it so.
 */
export function ratioExcess(from: Tensor, to: Tensor): Tensor {
  return customGradient((above: Tensor, below: Tensor) => {
    const increase = above.sub(below).div(below);
    return {
      value: valueOfRatio(above, below, increase),
      // 1 / below - 1 / above, where the difference of quotients would cancel.
      gradient: (g) => [g.mul(increase.div(above)), g.mul(increase.div(below)).neg()],
    };
  })(from, to);
}

function valueOfRatio(from: Tensor, to: Tensor, increase: Tensor): Tensor {
  const ratio = from.div(to);
  const extreme = logicalOr(ratio.less(1e-30), ratio.greater(1e30));
  const logarithm = where(extreme, log(from).sub(log(to)), log(ratio));
  const coefficients = alternatingQuotients.slice(0, isWide(from) ? 8 : 3);
  const series = increase.square().mul(polynomial(increase, coefficients));
  // The ratio was rounded, and so its logarithm is taken of the rounded ratio: the error enters twice, and cancels.
  return where(increase.abs().less(2 ** -7), series, ratio.sub(1).sub(atMost(logarithm)));
}

/** exp(t) - 1 - t, from 0: `ratioExcess` of a ratio whose logarithm is t. */
export function logRatioExcess(t: Tensor): Tensor {
  return customGradient((x: Tensor) => ({
    value: valueOfLogRatio(x),
    gradient: (g) => [g.mul(x.expm1())],
  }))(t);
}

function valueOfLogRatio(t: Tensor): Tensor {
  const square = t.square();
  const series = square.mul(polynomial(t, inverseFactorials.slice(0, isWide(t) ? 9 : 5)));
  return where(square.less(2 ** -5), series, exp(t).sub(1).sub(atMost(t)));
}

/**
 * (x - log(1 + x)) / x^2 of x above -1, and 1/2 at 0, given that logarithm as well, which callers may know to more digits than 1 + x has.
 * Where x is near 0 a series gives it.
 */
export function excessQuotient(x: Tensor, logarithm: Tensor): Tensor {
  const isNear = x.abs().less(0.25);
  const near = where(isNear, x, 0);
  // Of which the logarithm is twice the inverse hyperbolic tangent, whose series takes few terms.
  const tangent = near.div(near.add(2));
  const rest = sub(1, tangent);
  const higher = polynomial(tangent.square(), oddQuotients.slice(0, isWide(x) ? 9 : 4));
  const series = rest.mul(0.5).mul(sub(1, tangent.mul(rest).mul(higher)));
  const far = where(isNear, 1, x);
  return where(isNear, series, far.sub(logarithm).div(far).div(far));
}

/**
 * q - p - p log(q / p) of measures p and q, from 0, where t is the logarithm of their ratio: what they add to a divergence. It is q where
 * p is 0, whatever t is then.
 */
export function measureExcess(p: Tensor, q: Tensor, t: Tensor): Tensor {
  // Far apart nothing cancels, and the ratio itself may be infinite.
  const isFar = logicalOr(t.greater(1), p.equal(0));
  return where(isFar, q.sub(weightedBy(t.add(1), p)), p.mul(logRatioExcess(where(isFar, 0, t))));
}

/** So that Infinity less its own logarithm is Infinity. */
function atMost(logarithm: Tensor): Tensor {
  return minimum(logarithm, 1e4);
}

/** 1 / 2, -1 / 3, 1 / 4 ..: x - log(1 + x) in powers of x, divided by x^2. */
const alternatingQuotients: readonly number[] = [2, -3, 4, -5, 6, -7, 8, -9].map((divisor) => 1 / divisor);

/** 1 / 2!, 1 / 3!, 1 / 4! ..: exp(x) - 1 - x in powers of x, divided by x^2. */
const inverseFactorials: readonly number[] = [2, 6, 24, 120, 720, 5040, 40320, 362880, 3628800].map(
  (factorial) => 1 / factorial,
);

/** 1 / 3, 1 / 5, 1 / 7 ..: artanh(x) - x in powers of x^2, divided by x^3. */
const oddQuotients: readonly number[] = [3, 5, 7, 9, 11, 13, 15, 17, 19].map((divisor) => 1 / divisor);
