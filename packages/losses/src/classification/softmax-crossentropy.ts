/** How many nats does a softmax over logits need for a distribution of labels? */
import { type TensorLike, sub, weightedBy } from "@symloss/core";
import { type Loss, type NoOptions, defineLoss } from "../definition.ts";

/** The arguments of `softmaxCrossentropyLogits` by name. */
export interface SoftmaxCrossentropyArguments {
  /** [.., classes] the probability of each class, one-hot for instance. */
  readonly labels: TensorLike;
  /** [.., classes] unnormalised log probabilities. */
  readonly logits: TensorLike;
}

/**
 * The cross entropy of labels [.., classes] and softmax(logits [.., classes]) for each row; leading axes broadcast; the
 * result is [..].
 *
 * -sum_c labels_c logSoftmax(logits)_c, in nats, from 0 where labels are probabilities, which is not checked. A label
 * of 0 contributes nothing, even at a logit of -Infinity.
 * Throws `ShapeError` for shapes that do not fit.
 *
 * Source: I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.2.2.3.
 * SymJAX: the same, but for 0 times -Infinity, which was NaN.
 * @example await evaluate(softmaxCrossentropyLogits([[0, 1]], [[0, 0]]), { engine }) // [0.6931472]
 */
export const softmaxCrossentropyLogits: Loss<
  [labels: TensorLike, logits: TensorLike],
  SoftmaxCrossentropyArguments,
  NoOptions
> = /* @__PURE__ */ defineLoss(
  {
    name: "softmaxCrossentropyLogits",
    arguments: {
      labels: { shape: "[.., classes]", help: "For class indices there is sparseSoftmaxCrossentropyLogits." },
      logits: "[.., classes]",
    },
    broadcasts: true,
    options: {},
    results: { loss: "[..]" },
  },
  // Of a sure prediction 0 - 0 is 0, where -0 would be printed as such.
  ({ labels, logits }) => sub(0, weightedBy(logits.logSoftmax(), labels).sum(-1)),
);
