/** How many nats does a sigmoid of a logit need for a binary label? */
import { type Tensor, broadcastTogether, customGradient, logicalAnd, sub, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { smoothedBinary } from "./labels.ts";
import { surprise } from "./surprise.ts";

const declaration = {
  name: "sparseSigmoidCrossentropyLogits",
  arguments: {
    /** [..] the probability that the answer is yes: 0, 1 or between. */
    labels: { shape: "[..]", elements: "probability", check: "none" },
    /** [..] the log odds of a yes. */
    logits: "[..]",
  },
  broadcasts: "oneSided",
  options: {
    /** The share of each label that is replaced by 1/2, from 0 to 1; a tensor has a gradient. Default 0. */
    labelSmoothing: { kind: "tensor", shape: "[..]", must: "unitInterval" },
    /** What a yes counts, 0 or above: more than 1 if there are few; a tensor has a gradient. Default 1. */
    positiveWeight: { kind: "tensor", shape: "[..]", must: "nonNegative" },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The cross entropy of labels [..] and sigmoid(logits [..]), element by element; one of them has the shape of the result.
 *
 * -positiveWeight labels log(sigmoid(logits)) - (1 - labels) log(1 - sigmoid(logits)), in nats, from 0 where labels are from 0 to 1,
 * which is not checked. Its gradient is sigmoid(logits) - labels, also at a logit of 0. Smoothing makes
 * (1 - labelSmoothing) labels + labelSmoothing / 2 of labels.
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if an option is out of its range.
 *
 * @formula -w q \log \sigma(x) - (1 - q) \log(1 - \sigma(x)), \quad q = (1 - s) z + s / 2
 * @source C. M. Bishop, Pattern Recognition and Machine Learning (2006), equation 4.90.
 * @peers optax, Keras, PyTorch and TensorFlow.js have the same values; the weight of PyTorch, pos_weight, is this one, and changes no denominator; forms with max(x, 0) have another gradient at a logit of 0.
 * @seed The same; the labels are not sparse, in spite of the name. Here losses near 0 keep their digits.
 * @example await evaluate(sparseSigmoidCrossentropyLogits([1, 0, 1], [0, 1e4, 1e4]), { engine }) // [0.6931472, 10000, 0]
 */
export const sparseSigmoidCrossentropyLogits: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

/**
 * `sparseSigmoidCrossentropyLogits` under the name that says what it is.
 * @example await evaluate(sigmoidCrossentropyLogits(0.5, 0), { engine }) // 0.6931472
 */
export const sigmoidCrossentropyLogits: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  { ...declaration, name: "sigmoidCrossentropyLogits" },
  formula,
);

function formula(
  labels: Tensor,
  logits: Tensor,
  { labelSmoothing, positiveWeight }: OptionsFor<typeof declaration>,
): Tensor {
  const together = broadcastTogether(declaration.name, ["labels", "logits"], [labels, logits]);
  const [given, x] = together as [labels: Tensor, logits: Tensor];
  const yes = smoothedBinary(given, labelSmoothing);
  return positiveWeight === undefined
    ? binaryCrossentropyOf(yes, x)
    : surprise(yes.mul(positiveWeight), sub(1, yes), x);
}

/** Of labels and logits of one shape. */
export function binaryCrossentropyOf(labels: Tensor, logits: Tensor): Tensor {
  // Asked of the likelier answer, log(1 + exp(x)) - rest x has nothing to cancel: rest is at most one half, and 0
  // for a label of 0 or 1.
  const yes = labels.greater(0.5);
  const against = where(yes, logits.neg(), logits);
  const rest = where(yes, sub(1, labels), labels);
  return against.softplus().sub(finiteProduct(against, rest));
}

/**
 * x w of a weight up to one half, to be taken from softplus(x), which is infinite where x is: there, what is left is infinite too, and
 * not infinity less infinity. The gradient is that of the product.
 */
const finiteProduct = /* @__PURE__ */ customGradient((x: Tensor, w: Tensor) => {
  const infinite = x.abs().equal(Infinity);
  const counted = where(logicalAnd(w.equal(0), infinite), 0, x);
  return {
    value: w.mul(where(logicalAnd(x.greater(0), infinite), 0, counted)),
    gradient: (g) => [g.mul(w), g.mul(counted)],
  };
});
