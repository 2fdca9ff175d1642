/** How many nats does a softmax over logits need for a class? */
import { type TensorLike, checkClassIndices, sub } from "@symloss/core";
import { type Loss, type NoOptions, defineLoss } from "../definition.ts";
import { categoricalLogProbability } from "../distribution/categorical.ts";

/** The arguments of `sparseSoftmaxCrossentropyLogits` by name. */
export interface SparseSoftmaxCrossentropyArguments {
  /** [..] the index of the class, counted from 0. */
  readonly labels: TensorLike;
  /** [.., classes] unnormalised log probabilities. */
  readonly logits: TensorLike;
}

/**
 * The cross entropy of class indices labels [..] and softmax(logits [.., classes]); the result is [..].
 *
 * -logSoftmax(logits)_label, in nats, from 0; Infinity where the label's logit is -Infinity.
 * Throws `ShapeError` for shapes that do not fit, and `OutOfRangeError` for labels from the host that are not integers
 * from 0 and below the number of classes.
 *
 * Source: I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.2.2.3.
 * SymJAX: the same, for logits of two axes alone; its text counts classes from 1, its code from 0.
 * @example await evaluate(sparseSoftmaxCrossentropyLogits([1, 0], [[0, 0], [1e4, 0]]), { engine }) // [0.6931472, 0]
 */
export const sparseSoftmaxCrossentropyLogits: Loss<
  [labels: TensorLike, logits: TensorLike],
  SparseSoftmaxCrossentropyArguments,
  NoOptions
> = /* @__PURE__ */ defineLoss(
  {
    name: "sparseSoftmaxCrossentropyLogits",
    arguments: {
      labels: {
        shape: "[..]",
        elements: "classIndex",
        help: "For labels that are distributions there is softmaxCrossentropyLogits.",
      },
      logits: "[.., classes]",
    },
    options: {},
    results: { loss: "[..]" },
  },
  ({ labels, logits }) => {
    const index = checkClassIndices("sparseSoftmaxCrossentropyLogits", "labels", labels, logits.shape.at(-1)!);
    // Of a sure prediction 0 - 0 is 0, where -0 would be printed as such.
    return sub(0, categoricalLogProbability(index, logits));
  },
);
