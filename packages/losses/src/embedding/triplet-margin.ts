/** Which loss asks that an anchor is nearer to its like than to something else, by a margin? */
import { type Tensor, norm, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "tripletMargin",
  arguments: {
    /** [.., d] vectors. */
    anchors: "[.., d]",
    /** [.., d] a vector of the same kind as each anchor. */
    positives: "[.., d]",
    /** [.., d] a vector of another kind than each anchor. */
    negatives: "[.., d]",
  },
  broadcasts: "oneSided",
  options: {
    /** By how much the negative should be farther; a tensor has a gradient. Default 1. */
    margin: { kind: "tensor", shape: "[..]", default: 1 },
    /** Of the norm that measures distances, 1 or above. Default 2. */
    power: { kind: "number", must: "atLeastOne", default: 2 },
    /** Whether the distance of positive and negative counts if it is the smaller one. Default false. */
    swap: { kind: "flag", default: false },
    /** Added to the sum of powers under the root, 0 or above. Default 0. */
    epsilon: { kind: "number", must: "nonNegative", default: 0 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The triplet loss of anchors [.., d], positives [.., d] and negatives [.., d]; the result is [..].
 *
 * In units of the vectors, from 0; at the margin its gradient is 0, and so is that of a distance of 0.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if power is below 1 or epsilon below 0.
 *
 * @formula \max(d(a, p) - d(a, n) + m, 0), \quad d(x, y) = \left(\sum_i |x_i - y_i|^k + \varepsilon\right)^{1/k}
 * @source V. Balntas, E. Riba, D. Ponsa, K. Mikolajczyk, Learning local feature descriptors with triplets, BMVC (2016).
 * @peers PyTorch `TripletMarginLoss` adds 1e-6 to each difference, so that equal vectors are not at distance 0; optax
 *   `triplet_margin_loss` has this epsilon, and takes powers of signed differences.
 * @example await evaluate(tripletMargin([[0, 0]], [[3, 4]], [[0, 5.5]]), { engine }) // [0.5]
 */
export const tripletMargin: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  anchors: Tensor,
  positives: Tensor,
  negatives: Tensor,
  { margin, power, swap, epsilon }: OptionsFor<typeof declaration>,
): Tensor {
  const distance = (x: Tensor, y: Tensor) => powerNorm(x.sub(y), power, epsilon);
  const toNegative = distance(anchors, negatives);
  const farther = swap ? toNegative.minimum(distance(positives, negatives)) : toNegative;
  return distance(anchors, positives).sub(farther).add(margin).relu();
}

/** (sum |x|^power + epsilon)^(1 / power) along the last axis, with gradient 0 where the sum is 0. */
function powerNorm(x: Tensor, power: number, epsilon: number): Tensor {
  if (power === 2 && epsilon === 0) return norm(x, { axis: -1 });
  const total = x.abs().pow(power).sum(-1).add(epsilon);
  const isZero = total.equal(0);
  return where(isZero, 0, where(isZero, 1, total).pow(1 / power));
}
