/** The normal distribution of independent components. */
import {
  DTypeError,
  ShapeError,
  type Tensor,
  type TensorLike,
  asTensors,
  broadcastTogether,
  check,
  toFloat,
} from "@symloss/core";
import { type OptionRule, checkOptions } from "@symloss/core/engine";
import { ratioExcess } from "./excess.ts";

/** A normal distribution whose components are independent. */
export interface Normal {
  /** [.., dimensions] */
  readonly mean: TensorLike;
  /** [.., dimensions] above 0: the diagonal of the covariance matrix. */
  readonly variance: TensorLike;
}

/** log(2 pi) */
export const logTwoPi: number = /* @__PURE__ */ Math.log(2 * Math.PI);

/**
 * The log density of x [.., dimensions] under a normal distribution whose mean and variance broadcast with it; the
 * result is [..].
 *
 * -sum_d (log(2 pi variance_d) + (x_d - mean_d)^2 / variance_d) / 2, in nats.
 * Throws `ShapeError` if the shapes do not broadcast and `OutOfRangeError` if a variance from the host is not above 0.
 *
 * @source C. M. Bishop, Pattern Recognition and Machine Learning (2006), equation 2.43.
 * @example await evaluate(normalLogProbability([0, 1], { mean: 0, variance: 1 }), { engine }) // -2.337877
 */
export function normalLogProbability(x: TensorLike, distribution: Normal): Tensor {
  const caller = "normalLogProbability";
  const { mean, variance } = checkNormal(caller, "distribution", distribution);
  const [value, center, spread] = together(caller, { x, mean, variance });
  const positive = check(caller, "variance", spread!, { kind: "positive" });
  // Squared last: a distance whose square overflows may still be a small one in units of the deviation.
  const distance = value!.sub(center!).div(positive.sqrt()).square();
  return distance.add(positive.log()).add(logTwoPi).sum(-1).mul(-0.5);
}

/**
 * The entropy of a normal distribution [.., dimensions]; the result is [..].
 *
 * sum_d (log(2 pi variance_d) + 1) / 2, in nats; below 0 for a narrow one.
 * Throws `ShapeError` if the shapes do not broadcast and `OutOfRangeError` if a variance from the host is not above 0.
 *
 * @source C. M. Bishop, Pattern Recognition and Machine Learning (2006), equation 1.110.
 * @example await evaluate(normalEntropy({ mean: 0, variance: [1, 1] }), { engine }) // 2.837877
 */
export function normalEntropy(distribution: Normal): Tensor {
  const caller = "normalEntropy";
  const { mean, variance } = checkNormal(caller, "distribution", distribution);
  const [, spread] = together(caller, { mean, variance });
  return check(caller, "variance", spread!, { kind: "positive" })
    .log()
    .add(logTwoPi + 1)
    .sum(-1)
    .mul(0.5);
}

/**
 * The Kullback-Leibler divergence of one normal distribution [.., dimensions] from another; the result is [..].
 *
 * KL(from || to) = sum_d (r_d - 1 - log r_d + (mean from_d - mean to_d)^2 / variance to_d) / 2 with r = variance from /
 * variance to; in nats, from 0. It is the expectation under `from` of the difference of the log densities, and not
 * symmetric.
 * Throws `ShapeError` if the shapes do not broadcast and `OutOfRangeError` if a variance from the host is not above 0.
 *
 * @source D. P. Kingma, M. Welling, Auto-encoding variational Bayes (2014), appendix B.
 * @example await evaluate(normalDivergence({ mean: [1], variance: [1] }, { mean: [0], variance: [1] }), { engine }) // 0.5
 */
export function normalDivergence(from: Normal, to: Normal): Tensor {
  const caller = "normalDivergence";
  checkNormal(caller, "from", from);
  checkNormal(caller, "to", to);
  const [fromMean, fromVariance, toMean, toVariance] = together(caller, {
    "from.mean": from.mean,
    "from.variance": from.variance,
    "to.mean": to.mean,
    "to.variance": to.variance,
  });
  const numerator = check(caller, "from.variance", fromVariance!, { kind: "positive" });
  const denominator = check(caller, "to.variance", toVariance!, { kind: "positive" });
  const distance = fromMean!.sub(toMean!).div(denominator.sqrt()).square();
  return ratioExcess(numerator, denominator).add(distance).sum(-1).mul(0.5);
}

const given: OptionRule = {
  must: "a number, an array or a tensor",
  holds: (value) => value !== undefined && value !== null,
  error: DTypeError,
  required: true,
};

function checkNormal(caller: string, argument: string, distribution: Normal): Normal {
  checkOptions(caller, distribution, { mean: given, variance: given }, argument);
  return distribution;
}

/** As floats of one dtype and one shape, the last axis of which is summed. */
function together(caller: string, named: Readonly<Record<string, TensorLike>>): Tensor[] {
  const names = Object.keys(named);
  const tensors = broadcastTogether(caller, names, asTensors(caller, named).map(toFloat));
  if (tensors[0]!.rank > 0) return tensors;
  throw new ShapeError(`${caller}: one of ${names.join(", ")} must have an axis of dimensions, got scalars.`);
}
