/** How long is a vector, in which direction does it point, and how far do its elements lie from their mean? */
import { customGradient, stopGradient } from "./annotation.ts";
import { div, equal, less, mul, sqrt, square, sub, where } from "./elementwise.ts";
import type { ReductionArguments } from "./methods.ts";
import type { Tensor, TensorLike } from "./tensor.ts";
import { asTensor, full, toFloat } from "./operand.ts";
import { count, mean, reductionOf, sum } from "./reduction.ts";
import { type Axes, normalizeAxes } from "../array/axes.ts";
import { dropAxes } from "../array/shape.ts";
import { reshape } from "./movement.ts";
import { refuseSurplus } from "../array/options.ts";

/**
 * The Euclidean norm sqrt(sum(x^2)) over the axes, without overflow or underflow of the squares; 0 over an empty axis.
 * At the zero vector all its derivatives are 0.
 * @example await evaluate(norm([[3, 4], [0, 0]], 1), { engine }) // [5, 0]
 */
export function norm(x: TensorLike, options?: ReductionArguments): Tensor {
  refuseSurplus("norm", arguments, ["x", "options"], "axis");
  const tensor = toFloat(asTensor(x, "norm", "x"));
  const { axes, finish } = reductionOf("norm", tensor, options);
  return finish(reshape(lengthOf(tensor, axes), dropAxes(tensor.shape, axes)));
}

/**
 * x divided by its norm over the axes, the last by default: vectors of length 1. The zero vector stays 0, and all its derivatives are 0.
 * @example await evaluate(normalize([[3, 4], [0, 0]]), { engine }) // [[0.6, 0.8], [0, 0]]
 */
export function normalize(x: TensorLike, axis: Axes = -1): Tensor {
  refuseSurplus("normalize", arguments, ["x", "axis"], "axis");
  const tensor = toFloat(asTensor(x, "normalize", "x"));
  return directionOf(tensor, normalizeAxes("normalize", axis, tensor.rank));
}

/**
 * The square root of the population variance over the axes; NaN over an empty axis. Where all elements are equal it is 0, and so are all
 * its derivatives.
 * @example await evaluate(standardDeviation([[1, 3], [0.1, 0.1]], 1), { engine }) // [1, 0]
 */
export function standardDeviation(x: TensorLike, options?: ReductionArguments): Tensor {
  refuseSurplus("standardDeviation", arguments, ["x", "options"], "axis");
  const tensor = toFloat(asTensor(x, "standardDeviation", "x"));
  const { axes } = reductionOf("standardDeviation", tensor, options);
  const each = { axis: axes, keepAxes: true };
  // The rounded mean of equal numbers may differ from them; what is left has few digits, and an exact mean.
  const near = sub(tensor, stopGradient(mean(tensor, each)));
  return div(norm(sub(near, mean(near, each)), options), sqrt(count(tensor, axes)));
}

/** The norm, with the axes kept. */
function lengthOf(x: Tensor, axes: readonly number[]): Tensor {
  return customGradient((vector: Tensor) => {
    const { scale, length } = scaled(vector, axes);
    return { value: div(length, scale), gradient: (g) => [mul(g, directionOf(vector, axes))] };
  })(x);
}

function directionOf(x: Tensor, axes: readonly number[]): Tensor {
  return customGradient((vector: Tensor) => {
    const { scale, length } = scaled(vector, axes);
    return {
      value: mul(
        mul(vector, scale),
        unlessZero(length, (divisor) => div(1, divisor)),
      ),
      gradient: (g) => {
        const along = directionOf(vector, axes);
        const across = sub(g, mul(along, sum(mul(along, g), { axis: axes, keepAxes: true })));
        return [unlessZero(lengthOf(vector, axes), (divisor) => div(across, divisor))];
      },
    };
  })(x);
}

/** What the function makes of the length, but 0 for 0: the zero vector points nowhere, however it turns. */
function unlessZero(length: Tensor, fn: (divisor: Tensor) => Tensor): Tensor {
  const zero = equal(length, 0);
  return where(zero, 0, fn(where(zero, 1, length)));
}

/** A power of two, and the length of the vector times it, whose square neither overflows nor underflows. */
function scaled(x: Tensor, axes: readonly number[]): { scale: Tensor; length: Tensor } {
  const reach = 2 ** (x.dtype === "float64" ? 640 : 80);
  const [plain, ofLarge, ofSmall] = [1, 1 / reach, reach].map((factor) =>
    sum(square(mul(x, factor)), { axis: axes, keepAxes: true }),
  ) as [Tensor, Tensor, Tensor];
  // The sums share a loop: cheaper than a search for the largest entry first. NaN is neither large nor small.
  const large = less(reach, plain);
  const small = less(plain, 1 / reach);
  const scale = where(large, 1 / reach, where(small, reach, full(1, plain.shape, x.dtype)));
  return { scale, length: sqrt(where(large, ofLarge, where(small, ofSmall, plain))) };
}
