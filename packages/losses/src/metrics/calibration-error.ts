/** How far is how sure a model is from how often it is right? */
import { type Tensor, checkClassIndices, ones, segmentSum, sqrt, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { quotient } from "./quotient.ts";

const declaration = {
  name: "calibrationError",
  arguments: {
    /** [batch] the right classes. */
    targets: { shape: "[batch]", elements: "classIndex" },
    /** [batch] the probability of class 1; or [batch, classes] that of each class. */
    probabilities: { shape: "[batch] or [batch, classes]", elements: "probability" },
  },
  differentiable: false,
  options: {
    /** Into how many equal parts the probabilities from 0 to 1 are divided. Default 15. */
    bins: { kind: "count", default: 15 },
    /** Of the bins' errors the mean, the root of the mean square, each weighted by its number of samples, or the largest. Default "l1". */
    norm: { kind: "choice", choices: ["l1", "l2", "max"], default: "l1" },
  },
  results: { loss: "[]" },
} as const;

/**
 * How far the probabilities [batch, classes] of what is predicted are from the share of targets [batch] that it is right for, bin by bin, a
 * scalar; or probabilities [batch] of class 1 from the share of targets that are 1.
 *
 * From 0 to 1, to be minimised; NaN of an empty batch. A probability on an edge belongs to the bin above it, and 1 to the last; an empty bin
 * counts nothing. Of equal probabilities the first class is predicted. It has no gradient.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if bins is not an integer of at least 1, targets from the host are not
 * integers from 0 to classes - 1, or probabilities from the host are not from 0 to 1.
 *
 * @formula \sum_b \frac{n_b}{n} |\operatorname{acc}_b - \operatorname{conf}_b|
 * @source M. P. Naeini, G. F. Cooper, M. Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning, AAAI (2015).
 * @peers `calibration_error` of torchmetrics puts a probability of 1 into a bin of its own; C. Guo et al. (2017) put an edge into the bin
 *   below it.
 * @example await evaluate(calibrationError([0, 1, 1], [0.25, 0.5, 1], { bins: 2 }), { engine }) // 0.25
 */
export const calibrationError: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, probabilities: Tensor, { bins, norm }: OptionsFor<typeof declaration>): Tensor {
  const { confidence, hit } = predictionsOf(targets, probabilities);
  const bin = confidence
    .mul(bins)
    .cast("int32")
    .minimum(bins - 1);
  const counts = segmentSum(ones(bin.shape, "int32"), bin, bins);
  const excess = segmentSum(hit.cast(confidence.dtype).sub(confidence), bin, bins).abs();
  return where(counts.sum().equal(0), Number.NaN, norms[norm](excess, counts));
}

/** What was predicted, how surely, and whether it is right. */
interface Predictions {
  readonly confidence: Tensor;
  readonly hit: Tensor;
}

function predictionsOf(targets: Tensor, probabilities: Tensor): Predictions {
  if (probabilities.rank === 1) {
    const label = checkClassIndices(declaration.name, "targets", targets, 2);
    return { confidence: probabilities, hit: label.equal(1) };
  }
  return { confidence: probabilities.max(1), hit: targets.equal(probabilities.argmax(1)) };
}

/** Of the sums of each bin's errors, and its number of samples. */
const norms = {
  l1: (excess: Tensor, counts: Tensor): Tensor => excess.sum().div(counts.sum()),
  l2: (excess: Tensor, counts: Tensor): Tensor => sqrt(quotient(excess.square(), counts, 0).sum().div(counts.sum())),
  max: (excess: Tensor, counts: Tensor): Tensor => quotient(excess, counts, 0).max(),
};
