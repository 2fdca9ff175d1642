/** How many nats does a class cost whose log probability is given? */
import { type Tensor, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { pick, withoutIgnored } from "./labels.ts";
const declaration = {
  name: "negativeLogLikelihood",
  arguments: {
    /** [..] the index of the class, counted from 0. */
    labels: { shape: "[..]", elements: "classIndex", except: "ignoreIndex" },
    /** [.., classes] the log probability of each class. */
    logProbabilities: { shape: "[.., classes]", elements: "logDistribution" },
  },
  options: {
    /** The label of rows that cost exactly 0, whatever they hold; it may be no class. By default there is none. */
    ignoreIndex: { kind: "int" },
    /** The axis of classes. Default -1. */
    axis: { kind: "axis", of: "classes", default: -1 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The negative log probability of class indices labels [..], of logProbabilities [.., classes]; the result is [..].
 *
 * -logProbabilities_label, in nats. Nothing is normalised or checked: of logits it would have no bound below, and so a model that learns
 * nothing; for these there is `sparseSoftmaxCrossentropyLogits`. An ignored row is exactly 0, value and gradient.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if labels from the host are not integers from 0 to classes - 1 or
 * ignoreIndex.
 *
 * @formula -\log p_y
 * @source R. A. Fisher, On the mathematical foundations of theoretical statistics, Philosophical Transactions A 222 (1922).
 * @peers PyTorch (NLLLoss) and ONNX have their class axis at 1, and average over the weights of the labels: `rowWeights` and `reduce`.
 * @example await evaluate(negativeLogLikelihood([1, 0], [[-1, -0.5], [-0.25, -2]]), { engine }) // [0.5, 0.25]
 */
export const negativeLogLikelihood: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(labels: Tensor, logProbabilities: Tensor, { ignoreIndex }: OptionsFor<typeof declaration>): Tensor {
  const kept = withoutIgnored(labels, logProbabilities, ignoreIndex);
  return kept.finish(sub(0, pick(kept.rows, kept.labels)));
}
