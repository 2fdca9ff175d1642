/** How far does a ratio exceed 1 and its own logarithm, where the three nearly cancel? It is what variances add to a divergence. */
import { type Tensor, type TensorLike, customGradient, exp, log, logicalOr, minimum, mul, where } from "@symloss/core";

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

/** So that Infinity less its own logarithm is Infinity. */
function atMost(logarithm: Tensor): Tensor {
  return minimum(logarithm, 1e4);
}

function isWide({ dtype }: Tensor): boolean {
  return dtype === "float64";
}

/** The sum of coefficients times powers of x, the first times 1. */
function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  const [last, ...lower] = coefficients.toReversed();
  return lower.reduce<TensorLike>((sum, coefficient) => mul(x, sum).add(coefficient), last!) as Tensor;
}

/** 1 / 2, -1 / 3, 1 / 4 ..: x - log(1 + x) in powers of x, divided by x^2. */
const alternatingQuotients: readonly number[] = [2, -3, 4, -5, 6, -7, 8, -9].map((divisor) => 1 / divisor);

/** 1 / 2!, 1 / 3!, 1 / 4! ..: exp(x) - 1 - x in powers of x, divided by x^2. */
const inverseFactorials: readonly number[] = [2, 6, 24, 120, 720, 5040, 40320, 362880, 3628800].map(
  (factorial) => 1 / factorial,
);
