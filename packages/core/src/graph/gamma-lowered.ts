/** How are lgamma and digamma written with other operations? As of numbers, with every case computed and one selected. */
import { abs, add, div, equal, less, log, log1p, minimum, mul, neg, sub, where } from "../tensor/elementwise.ts";
import { cotangentOfPi, distanceToWhole, sineOfPi } from "./circle.ts";
import {
  digammaFar,
  digammaNearTwo,
  far,
  halfLogOfTwoPi,
  logGammaFar,
  logGammaNearTwo,
  mirror,
} from "./gamma-function.ts";
import { polynomialOfTensor } from "./polynomial.ts";
import { toDType } from "../tensor/operand.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** lgamma of a tensor. */
export function loweredLogGamma(x: Tensor): Tensor {
  const negative = less(x, mirror);
  const size = where(negative, neg(x), x);
  const upper = where(less(size, far), logGammaNear(size), logGammaBeyond(size));
  const rest = distanceToWhole(x);
  const reflection = div(Math.PI, mul(size, abs(sineOfPi(rest))));
  return where(negative, where(equal(rest, 0), Infinity, sub(log(reflection), upper)), upper);
}

/** digamma of a tensor. */
export function loweredDigamma(x: Tensor): Tensor {
  const negative = less(x, mirror);
  const size = where(negative, sub(1, x), x);
  const upper = where(less(size, far), digammaNear(size), digammaBeyond(size));
  const rest = distanceToWhole(x);
  return where(negative, where(equal(rest, 0), NaN, sub(upper, mul(cotangentOfPi(rest), Math.PI))), upper);
}

/** From `mirror` to `far`: by how many steps a number lies above 2, or below, and what is left. */
function stepsToTwo(x: Tensor): { readonly inner: Tensor; readonly nearest: Tensor; readonly rest: Tensor } {
  const inner = minimum(x, far);
  const nearest = toDType(toDType(add(inner, 0.5), "int32"), x.dtype);
  return { inner, nearest, rest: sub(inner, nearest) };
}

const stepsDown = Array.from({ length: far - 2 }, (_, index) => index + 1);

function logGammaNear(x: Tensor): Tensor {
  const { inner, nearest, rest } = stepsToTwo(x);
  const factors = stepsDown.map((step) => where(less(nearest, step + 1.5), 1, sub(inner, step)));
  const lowest = less(nearest, 0.5);
  const product = log(where(lowest, abs(inner), factors.reduce(mul)));
  const start = sub(mul(rest, polynomialOfTensor(logGammaNearTwo, rest)), log1p(where(less(nearest, 1.5), rest, 0)));
  return add(start, where(lowest, neg(product), product));
}

function digammaNear(x: Tensor): Tensor {
  const { inner, nearest, rest } = stepsToTwo(x);
  const above = stepsDown.map((step) => where(less(nearest, step + 1.5), 0, div(1, sub(inner, step))));
  // Left alone, 0 keeps its sign.
  const below = [inner, add(rest, 1)].map((place, step) => where(less(nearest, step + 0.5), div(1, place), 0));
  return sub(add(polynomialOfTensor(digammaNearTwo, rest), above.reduce(add)), below.reduce(add));
}

function logGammaBeyond(x: Tensor): Tensor {
  const stirling = add(mul(sub(x, 0.5), sub(log(x), 1)), halfLogOfTwoPi - 0.5);
  return add(stirling, div(polynomialOfTensor(logGammaFar, inverseSquare(x)), x));
}

function digammaBeyond(x: Tensor): Tensor {
  const square = inverseSquare(x);
  return sub(sub(log(x), div(0.5, x)), mul(polynomialOfTensor(digammaFar, square), square));
}

function inverseSquare(x: Tensor): Tensor {
  const inverse = div(1, x);
  return mul(inverse, inverse);
}
