/** How many nats does a softmax over logits need for a class? */
import { type Tensor, sub } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";
import { categoricalLogProbability } from "../distribution/categorical.ts";

const declaration = {
  name: "sparseSoftmaxCrossentropyLogits",
  arguments: {
    /** [..] the index of the class, counted from 0. */
    labels: {
      shape: "[..]",
      elements: "classIndex",
      help: "For labels that are distributions there is softmaxCrossentropyLogits.",
    },
    /** [.., classes] unnormalised log probabilities. */
    logits: "[.., classes]",
  },
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The cross entropy of class indices labels [..] and softmax(logits [.., classes]); the result is [..].
 *
 * -logSoftmax(logits)_label, in nats, from 0; Infinity where the label's logit is -Infinity.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if labels from the host are not integers
 * from 0 to classes - 1.
 *
 * @formula -\log \operatorname{softmax}(x)_y
 * @source I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.2.2.3.
 * @peers PyTorch takes the class axis to be 1 and ignores label -100 unasked.
 * @seed The same, for logits of two axes alone; its text counts classes from 1, its code from 0.
 * @example await evaluate(sparseSoftmaxCrossentropyLogits([1, 0], [[0, 0], [1e4, 0]]), { engine }) // [0.6931472, 0]
 */
export const sparseSoftmaxCrossentropyLogits: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(labels: Tensor, logits: Tensor): Tensor {
  // For a confident prediction 0 - 0 is 0, whereas negation would give -0.
  return sub(0, categoricalLogProbability(labels, logits));
}
