/** How many nats do sigmoids of logits need for several labels, on average over classes? */
import { type Tensor, broadcastTogether, weightedBy } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { binaryCrossentropyOf } from "./sigmoid-crossentropy.ts";
const declaration = {
  name: "multilabelSoftMargin",
  arguments: {
    /** [.., classes] the probability that each class is a label: 0, 1 or between. */
    labels: { shape: "[.., classes]", elements: "probability" },
    /** [.., classes] the log odds of each class. */
    logits: "[.., classes]",
  },
  broadcasts: "oneSided",
  options: {
    /** [classes] the weight of each class, 0 or above; a tensor has a gradient. Default 1. */
    classWeights: { kind: "array", shape: "[classes]", elements: "nonNegative" },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The mean over classes of the cross entropies of labels [.., classes] and sigmoid(logits [.., classes]); one of them has the leading axes
 * of the result [..].
 *
 * mean_c classWeights_c sigmoidCrossentropyLogits(labels_c, logits_c), in nats, from 0.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if a weight is below 0, or a label from the host not from 0 to 1.
 *
 * @formula -\frac{1}{C} \sum_c w_c \left( z_c \log \sigma(x_c) + (1 - z_c) \log \sigma(-x_c) \right)
 * @source C. M. Bishop, Pattern Recognition and Machine Learning (2006), equation 4.90.
 * @peers MultiLabelSoftMarginLoss of PyTorch is the same.
 * @example await evaluate(multilabelSoftMargin([[1, 0]], [[0, 0]]), { engine }) // [0.6931472]
 */
export const multilabelSoftMargin: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(labels: Tensor, logits: Tensor, { classWeights }: OptionsFor<typeof declaration>): Tensor {
  const [yes, x] = broadcastTogether(declaration.name, ["labels", "logits"], [labels, logits]) as Pair;
  const costs = binaryCrossentropyOf(yes, x);
  return (classWeights === undefined ? costs : weightedBy(costs, classWeights)).mean(-1);
}

type Pair = [labels: Tensor, logits: Tensor];
