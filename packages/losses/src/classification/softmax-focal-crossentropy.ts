/** Which cross entropy of classes gives easy cases little weight? */
import { type Tensor, broadcastTogether, customGradient, sub, weightedBy, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { categoricalLogProbability } from "../distribution/categorical.ts";
import { isIndex, rightClass, smoothed, weightOf } from "./labels.ts";
const declaration = {
  name: "softmaxFocalCrossentropyLogits",
  arguments: {
    /** [.., classes] the probability of each class; or [..] the index of the class, counted from 0. */
    labels: { shape: "[.., classes] or [..]", elements: ["distribution", "classIndex"] },
    /** [.., classes] unnormalised log probabilities. */
    logits: "[.., classes]",
  },
  options: {
    /** How little easy cases count, 0 or above; a tensor has a gradient. Default 2. */
    gamma: { kind: "tensor", shape: "[..]", must: "nonNegative", default: 2 },
    /** [classes] the weight of each class, 0 or above; a tensor has a gradient. Default 1. */
    classWeights: { kind: "array", shape: "[classes]", elements: "nonNegative" },
    /** The share of each label that all classes get alike, from 0 to 1; a tensor has a gradient. Default 0. */
    labelSmoothing: { kind: "tensor", shape: "[..]", must: "unitInterval" },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The focal loss of softmax(logits [.., classes]) for labels that are distributions [.., classes] or class indices [..]; the result is
 * [..].
 *
 * -sum_c classWeights_c labels_c (1 - p_c)^gamma log(p_c) with p = softmax(logits), in nats, from 0. Gamma 0 is
 * `softmaxCrossentropyLogits`. A class that is certain contributes nothing, and has no gradient. Smoothing makes (1 - labelSmoothing)
 * labels + labelSmoothing / classes of labels.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if an option is out of its range, or class indices from the host are
 * not integers from 0 to classes - 1.
 *
 * @formula -\sum_c w_c q_c (1 - p_c)^\gamma \log p_c, \quad p = \operatorname{softmax}(x), \quad q_c = (1 - s) y_c + s / C
 * @source T.-Y. Lin, P. Goyal, R. Girshick, K. He, P. Dollár, Focal loss for dense object detection, ICCV (2017).
 * @peers Keras weighs every class by alpha = 0.25 unless told otherwise, normalises and clips probabilities; Flux takes probabilities too.
 * @example await evaluate(softmaxFocalCrossentropyLogits([0, 1], [[0, 0], [0, 100]]), { engine }) // [0.1732868, 0]
 */
export const softmaxFocalCrossentropyLogits: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  labels: Tensor,
  logits: Tensor,
  { gamma, classWeights, labelSmoothing }: OptionsFor<typeof declaration>,
): Tensor {
  if (isIndex(labels) && labelSmoothing === undefined) {
    const loss = focalOf(categoricalLogProbability(labels, logits), gamma);
    return classWeights === undefined ? loss : loss.mul(weightOf(classWeights, labels));
  }
  const rows = isIndex(labels) ? rightClass(declaration.name, logits, labels).cast(logits.dtype) : labels;
  const shares = smoothed(rows, labelSmoothing);
  const costs = focalOf(logits.logSoftmax(), gamma.expandDims(-1));
  return weightedBy(costs, classWeights === undefined ? shares : shares.mul(classWeights)).sum(-1);
}

function focalOf(logProbabilities: Tensor, gamma: Tensor): Tensor {
  return focal(...(broadcastTogether(declaration.name, ["logits", "gamma"], [logProbabilities, gamma]) as Operands));
}

type Operands = [logProbabilities: Tensor, gamma: Tensor];

/** -(1 - p)^gamma l of the logarithm l of a probability p. */
const focal: (...operands: Operands) => Tensor = /* @__PURE__ */ customGradient<Operands>((l, gamma) => {
  const rest = sub(0, l.expm1());
  const power = rest.pow(gamma);
  return {
    value: sub(0, weightedBy(l, power)),
    gradient: (g) => {
      const isCertain = l.equal(0);
      // l / (1 - p), which is -1 where p is 1.
      const ratio = where(isCertain, -1, l).div(where(isCertain, 1, rest));
      const slope = power.mul(gamma.mul(weightedBy(ratio, l.exp())).sub(1));
      const byGamma = sub(0, weightedBy(weightedBy(l, power), where(isCertain, 0, rest.log())));
      return [weightedBy(slope, g), weightedBy(byGamma, g)];
    },
  };
});
