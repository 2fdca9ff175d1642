/** Which loss of classes lies between the cross entropy and the mean absolute error? */
import { type Tensor, weightedBy, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { categoricalLogProbability } from "../distribution/categorical.ts";
import { isIndex } from "./labels.ts";
const declaration = {
  name: "generalizedCrossentropyLogits",
  arguments: {
    /** [.., classes] the probability of each class; or [..] the index of the class, counted from 0. */
    labels: { shape: "[.., classes] or [..]", elements: ["distribution", "classIndex"] },
    /** [.., classes] unnormalised log probabilities. */
    logits: "[.., classes]",
  },
  options: {
    /** From 0, the cross entropy, to 1, the absolute error; a tensor has a gradient. Default 0.7. */
    q: { kind: "tensor", shape: "[..]", must: "unitInterval", default: 0.7 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The generalised cross entropy of softmax(logits [.., classes]) for labels that are distributions [.., classes] or class indices [..]; the
 * result is [..].
 *
 * sum_c labels_c (1 - p_c^q) / q with p = softmax(logits): the cross entropy with q 0, and bounded by 1 / q otherwise, so that wrong labels
 * count less. A label at a logit of -Infinity costs 1 / q, with the gradient 0.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if q is not from 0 to 1, or class indices from the host are not
 * integers from 0 to classes - 1.
 *
 * @formula \sum_c y_c \frac{1 - p_c^q}{q}, \quad p = \operatorname{softmax}(x)
 * @source Z. Zhang, M. R. Sabuncu, Generalized cross entropy loss for training deep neural networks with noisy labels, NeurIPS (2018).
 * @peers Keras takes probabilities, whose power has an infinite slope at 0, and q = 0.5.
 * @example await evaluate(generalizedCrossentropyLogits([0], [[0, 0]], { q: 1 }), { engine }) // [0.5]
 */
export const generalizedCrossentropyLogits: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(labels: Tensor, logits: Tensor, { q }: OptionsFor<typeof declaration>): Tensor {
  if (isIndex(labels)) return costOf(categoricalLogProbability(labels, logits), q);
  return weightedBy(costOf(logits.logSoftmax(), q.expandDims(-1)), labels).sum(-1);
}

/** (1 - exp(q l)) / q of the logarithm l of a probability; -l where q is 0. */
function costOf(logProbabilities: Tensor, q: Tensor): Tensor {
  const isLimit = q.equal(0);
  const power = where(isLimit, 1, q);
  return where(isLimit, logProbabilities.neg(), logProbabilities.mul(power).expm1().div(power).neg());
}
