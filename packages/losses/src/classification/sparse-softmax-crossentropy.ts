/** How many nats does a softmax over logits need for a class? */
import { type Tensor, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { categoricalLogProbability } from "../distribution/categorical.ts";
import { rightClass, smoothed, withoutIgnored } from "./labels.ts";
import { crossentropy } from "./softmax-crossentropy.ts";

const declaration = {
  name: "sparseSoftmaxCrossentropyLogits",
  arguments: {
    /** [..] the index of the class, counted from 0. */
    labels: {
      shape: "[..]",
      elements: "classIndex",
      except: "ignoreIndex",
      help: "For labels that are distributions there is softmaxCrossentropyLogits.",
    },
    /** [.., classes] unnormalised log probabilities. */
    logits: "[.., classes]",
  },
  options: {
    /** The share of each label that all classes get alike, from 0 to 1; a tensor has a gradient. Default 0. */
    labelSmoothing: { kind: "tensor", shape: "[..]", must: "unitInterval" },
    /** The label of rows that cost exactly 0, whatever they hold; it may be no class. By default there is none. */
    ignoreIndex: { kind: "int" },
    /** The axis of classes. Default -1. */
    axis: { kind: "axis", of: "classes", default: -1 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The cross entropy of class indices labels [..] and softmax(logits [.., classes]); the result is [..].
 *
 * -(1 - labelSmoothing) logSoftmax(logits)_label - labelSmoothing mean(logSoftmax(logits)), in nats, from 0; Infinity where the label's
 * logit is -Infinity, and with smoothing where any is. An ignored row is exactly 0, value and gradient; `rowMask` leaves it out of the
 * mean, and `rowWeights` makes weights of those of classes.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if labels from the host are not integers
 * from 0 to classes - 1 or ignoreIndex, or labelSmoothing is out of its range.
 *
 * @formula -(1 - s) \log \operatorname{softmax}(x)_y - \frac{s}{C} \sum_c \log \operatorname{softmax}(x)_c
 * @source I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.2.2.3.
 * @peers PyTorch takes the class axis to be 1, ignores label -100 unasked, and mixes class weights into the smoothing; optax, Keras and ONNX divide by other counts, which here `reduce` does.
 * @seed The same, for logits of two axes alone; its text counts classes from 1, its code from 0.
 * @example await evaluate(sparseSoftmaxCrossentropyLogits([1, 0], [[0, 0], [1e4, 0]]), { engine }) // [0.6931472, 0]
 */
export const sparseSoftmaxCrossentropyLogits: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  labels: Tensor,
  logits: Tensor,
  { labelSmoothing, ignoreIndex }: OptionsFor<typeof declaration>,
): Tensor {
  const kept = withoutIgnored(labels, logits, ignoreIndex);
  return kept.finish(crossentropyOf(kept.labels, kept.rows, labelSmoothing));
}

function crossentropyOf(labels: Tensor, logits: Tensor, smoothing: Tensor | undefined): Tensor {
  if (smoothing !== undefined) {
    const right = rightClass(declaration.name, logits, labels).cast(logits.dtype);
    return crossentropy(smoothed(right, smoothing), logits);
  }
  // For a confident prediction 0 - 0 is 0, whereas negation would give -0.
  return sub(0, categoricalLogProbability(labels, logits));
}
