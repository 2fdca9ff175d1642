/** How many nats does a softmax over logits need for a distribution of labels? */
import { type Tensor, broadcastTogether, customGradient, logicalAnd, sub, weightedBy, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { smoothed } from "./labels.ts";

const declaration = {
  name: "softmaxCrossentropyLogits",
  arguments: {
    /** [.., classes] the probability of each class, one-hot for instance. */
    labels: {
      shape: "[.., classes]",
      elements: "distribution",
      help: "For class indices there is sparseSoftmaxCrossentropyLogits.",
    },
    /** [.., classes] unnormalised log probabilities. */
    logits: "[.., classes]",
  },
  broadcasts: "oneSided",
  options: {
    /** The share of each label that all classes get alike, from 0 to 1; a tensor has a gradient. Default 0. */
    labelSmoothing: { kind: "tensor", shape: "[..]", must: "unitInterval" },
    /** [classes] the weight of each class, 0 or above; a tensor has a gradient. Default 1. */
    classWeights: { kind: "array", shape: "[classes]", elements: "nonNegative" },
    /** The axis of classes. Default -1. */
    axis: { kind: "axis", of: "classes", default: -1 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The cross entropy of labels [.., classes] and softmax(logits [.., classes]) for each row; one of them has the leading axes of the
 * result [..].
 *
 * -sum_c classWeights_c labels_c logSoftmax(logits)_c, in nats, from 0 where labels are probabilities, which is not checked. A label
 * of 0 contributes nothing, even at a logit of -Infinity; smoothing makes (1 - labelSmoothing) labels_c + labelSmoothing / classes of it,
 * and the loss Infinity there.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if an option is out of its range or there is no such axis.
 *
 * @formula -\sum_c w_c q_c \log \operatorname{softmax}(x)_c, \quad q_c = (1 - s) y_c + s / C
 * @source I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.2.2.3.
 * @peers optax, Keras, PyTorch and TensorFlow.js smooth labels alike, with the right class among those that share; tfjs divides by the wrong axis beyond two. PyTorch takes the class axis to be 1; tfjs-layers computes softmax, clip and logarithm one after the other, which loses small losses.
 * @seed The same, but for 0 times -Infinity, which was NaN.
 * @example await evaluate(softmaxCrossentropyLogits([[0, 1]], [[0, 0]]), { engine }) // [0.6931472]
 */
export const softmaxCrossentropyLogits: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  labels: Tensor,
  logits: Tensor,
  { labelSmoothing, classWeights }: OptionsFor<typeof declaration>,
): Tensor {
  const together = broadcastTogether(declaration.name, ["labels", "logits"], [labels, logits]) as Pair;
  return weightedCrossentropy(...together, labelSmoothing, classWeights);
}

/** The cross entropy [..] of labels [.., classes], smoothed and weighted. */
function weightedCrossentropy(
  labels: Tensor,
  logits: Tensor,
  smoothing: Tensor | undefined,
  weights: Tensor | undefined,
): Tensor {
  const shares = smoothed(labels, smoothing);
  return crossentropy(weights === undefined ? shares : shares.mul(weights), logits);
}

type Pair = [labels: Tensor, logits: Tensor];

/** -sum_c labels_c logSoftmax(logits)_c of rows of any non-negative labels. */
export const crossentropy: (labels: Tensor, logits: Tensor) => Tensor = /* @__PURE__ */ customGradient<Pair>(
  (labels, logits) => {
    const logProbabilities = logits.logSoftmax();
    return {
      // For a confident prediction 0 - 0 is 0, whereas negation would give -0.
      value: sub(0, weightedBy(logProbabilities, labels).sum(-1)),
      gradient: (g) => {
        const cotangent = g.expandDims(-1);
        const isDropped = logicalAnd(labels.equal(0), logProbabilities.equal(-Infinity));
        return [
          where(isDropped, 0, logProbabilities).mul(cotangent).neg(),
          gradientByLogits(labels, logits, logProbabilities).mul(cotangent),
        ];
      },
    };
  },
);

/** The sum of the labels times p, less the labels; of the likeliest class 1 - p is not taken of a p that was rounded. */
function gradientByLogits(labels: Tensor, logits: Tensor, logProbabilities: Tensor): Tensor {
  const probabilities = logits.softmax();
  const total = labels.sum({ axis: -1, keepAxes: true });
  const shortfall = logProbabilities.max({ axis: -1, keepAxes: true }).expm1().mul(total);
  const ofLikeliest = total.sub(labels).add(shortfall);
  return where(probabilities.greater(0.5), ofLikeliest, probabilities.mul(total).sub(labels));
}
