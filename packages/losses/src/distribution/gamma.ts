/** What is left of the gamma function where its large terms cancel? By series, in which they never occur. */
import { type Tensor, div, log1p, mul, where, xlogy } from "@symloss/core";
import { isWide, polynomial } from "./series.ts";

/** Stirling's series: coefficients of 1 / x, 1 / x^3 .. in lgamma(x). */
const stirling: readonly number[] = [
  [1, 12],
  [-1, 360],
  [1, 1260],
  [-1, 1680],
  [1, 1188],
  [-691, 360360],
  [1, 156],
  [-3617, 122400],
  [43867, 244188],
  [-174611, 125400],
].map(([numerator, denominator]) => numerator! / denominator!);

/** Its derivative: coefficients of -1 / x^2, -1 / x^4 .. in digamma(x). */
const digammaSeries = stirling.map((coefficient, index) => coefficient * (2 * index + 1));

/** Coefficients of 1 / x, 1 / x^3 .. in lgamma(x) - lgamma(x + 1/2) + log(x) / 2, by the duplication formula. */
const halfStep = stirling.map((coefficient, index) => coefficient * (2 - 2 ** (-2 * index - 1)));

/** From which x on the series have all digits, with how many terms. */
function reachOf(x: Tensor): { readonly start: number; readonly terms: number } {
  return isWide(x) ? { start: 8, terms: 10 } : { start: 4, terms: 5 };
}

/** A function of x by that of 1 / x where x is large, which may be Infinity, else by that of x. */
function bySize(inverse: Tensor, ofInverse: (far: Tensor, terms: number) => Tensor, ofX: (near: Tensor) => Tensor) {
  const { start, terms } = reachOf(inverse);
  const isFar = inverse.lessEqual(1 / start);
  return where(isFar, ofInverse(where(isFar, inverse, 0), terms), ofX(div(1, where(isFar, 1, inverse))));
}

/** What Stirling's formula lacks, lgamma(x) - (x - 1/2) log(x) + x - log(2 pi) / 2, from 1 / x. */
export function stirlingRest(inverse: Tensor): Tensor {
  return bySize(
    inverse,
    (far, terms) => far.mul(polynomial(far.square(), stirling.slice(0, terms))),
    (x) =>
      x
        .lgamma()
        .sub(x.sub(0.5).mul(x.log()))
        .add(x.sub(Math.log(2 * Math.PI) / 2)),
  );
}

/** digamma(x) - log(x), from 1 / x. */
export function digammaRest(inverse: Tensor): Tensor {
  return bySize(
    inverse,
    (far, terms) => far.mul(-0.5).sub(far.square().mul(polynomial(far.square(), digammaSeries.slice(0, terms)))),
    (x) => x.digamma().sub(x.log()),
  );
}

/**
 * (digamma(r + y) - log(r + y) - digamma(r) + log(r)) r^2 of y from 0, from 1 / r and y: y / 2 where 1 / r is 0. It is how the rest of
 * digamma falls along y.
 */
export function digammaRestFall(inverse: Tensor, y: Tensor): Tensor {
  const ratio = inverse.mul(y);
  const lower = inverse.div(ratio.add(1));
  return bySize(
    inverse,
    (far, terms) => fallFar(far, y, digammaSeries.slice(0, terms)),
    (x) => digammaRest(lower).sub(digammaRest(inverse)).mul(x).mul(x),
  );
}

/** Term by term of the series, so that r^2 occurs nowhere. */
function fallFar(inverse: Tensor, y: Tensor, coefficients: readonly number[]): Tensor {
  const ratio = inverse.mul(y);
  const share = div(1, ratio.add(1));
  const upper = polynomial(inverse.square(), coefficients);
  const lower = polynomial(inverse.mul(share).square(), coefficients);
  // 1 - share^2
  const fall = ratio.mul(share).mul(ratio.add(2).mul(share));
  return y
    .mul(0.5)
    .mul(share)
    .add(fall.mul(upper))
    .add(share.square().mul(upper.sub(lower)));
}

/** log(y!) - y log(y) + y of y from 0, from 0: what a Poisson distribution costs at its mean. */
export function factorialRest(y: Tensor): Tensor {
  const { start } = reachOf(y);
  const isFar = y.greaterEqual(start);
  const far = where(isFar, y, start);
  const near = where(isFar, 0, y);
  const halfLog = far
    .mul(2 * Math.PI)
    .log()
    .mul(0.5);
  const ofNear = near.add(1).lgamma().sub(xlogy(near, near)).add(near);
  return where(isFar, halfLog.add(stirlingRest(div(1, far))), ofNear);
}

/** lgamma(x) - lgamma(x + 1/2) + log(x) / 2 of x above 0, from 0: 1 / (8 x) where x is large. */
export function halfStepRest(x: Tensor): Tensor {
  const { start, terms } = reachOf(x);
  // One step of x changes it by half the logarithm of 1 + 1 / (4 x (x + 1)).
  const factors = Array.from({ length: start }, (_, step) => div(0.25, x.add(step).mul(x.add(step + 1))));
  const product = factors.reduce((sum, factor) => sum.add(mul(factor, sum.add(1))));
  const inverse = div(1, x.add(start));
  const series = inverse.mul(polynomial(inverse.square(), halfStep.slice(0, terms)));
  return log1p(product).mul(0.5).add(series);
}
