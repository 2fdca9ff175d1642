/** How many nats does a probability need for a binary label? */
import { type Tensor, sub, xlogy } from "@symloss/core";
import { clippedFrom } from "../clip.ts";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { smoothedBinary } from "./labels.ts";
const declaration = {
  name: "binaryCrossentropy",
  arguments: {
    /** [..] the probability that the answer is yes: 0, 1 or between. */
    targets: { shape: "[..]", elements: "probability" },
    /** [..] the predicted probability of a yes. */
    probabilities: {
      shape: "[..]",
      elements: "probability",
      elementHelp: "Of logits take sigmoidCrossentropyLogits.",
    },
  },
  broadcasts: "oneSided",
  options: {
    /** The share of each label that is replaced by 1/2, from 0 to 1; a tensor has a gradient. Default 0. */
    labelSmoothing: { kind: "tensor", shape: "[..]", must: "unitInterval" },
    /** What a probability counts at least, 0 or above. Default 1e-7. */
    epsilon: { kind: "number", must: "nonNegative", default: 1e-7 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The cross entropy of targets [..] and probabilities [..], element by element; one of them has the shape of the result. From logits use
 * `sigmoidCrossentropyLogits`, which is exact.
 *
 * -targets log(max(probabilities, epsilon)) - (1 - targets) log(max(1 - probabilities, epsilon)), in nats, from 0. What is clipped keeps
 * the gradient of epsilon, so that a saturated probability recovers. With epsilon 0 an impossible event costs Infinity, and 0 log 0 is 0.
 * Smoothing makes (1 - labelSmoothing) targets + labelSmoothing / 2 of targets.
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if an option is out of its range, or a target or
 * probability from the host not from 0 to 1.
 *
 * @formula -q \log \max(p, \epsilon) - (1 - q) \log \max(1 - p, \epsilon), \quad q = (1 - s) z + s / 2
 * @source I. J. Good, Rational decisions, Journal of the Royal Statistical Society B 14 (1952).
 * @peers Keras clips at 1 - 1e-7, which float32 rounds, so that its ends cost 15.942 and 16.118; PyTorch clips the logarithm at -100;
 *   TensorFlow.js and Flux add their epsilon. A clip without a gradient leaves saturated probabilities where they are.
 * @example await evaluate(binaryCrossentropy([1, 0, 1], [0.5, 0, 0]), { engine }) // [0.6931472, 0, 16.118095]
 */
export const binaryCrossentropy: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  targets: Tensor,
  probabilities: Tensor,
  { labelSmoothing, epsilon }: OptionsFor<typeof declaration>,
): Tensor {
  const yes = smoothedBinary(targets, labelSmoothing);
  const ofYes = xlogy(yes, clippedFrom(probabilities, epsilon));
  return sub(0, ofYes.add(xlogy(sub(1, yes), clippedFrom(sub(1, probabilities), epsilon))));
}
