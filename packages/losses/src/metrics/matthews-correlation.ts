/** How do the indicators of targets and predictions of each class correlate? */
import { type Tensor, sqrt, toFloat } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { countsByClass } from "./class-counts.ts";
import { quotient } from "./quotient.ts";

const declaration = {
  name: "matthewsCorrelation",
  arguments: {
    /** [batch] the right classes. */
    targets: { shape: "[batch]", elements: "classIndex" },
    /** [batch] the predicted classes. */
    predictions: { shape: "[batch]", elements: "classIndex" },
    /** How many classes there are. */
    classes: { shape: "[]", elements: "count" },
  },
  differentiable: false,
  options: {
    /** [batch] how much each counts; a tensor has a gradient. Default 1. */
    weights: { kind: "tensor", shape: "[batch]", must: "nonNegative" },
    /** What it is where all targets, or all predictions, are of one class. Default 0. */
    whenUndefined: { kind: "number", default: 0 },
  },
  results: { loss: "[]" },
} as const;

/**
 * The correlation of targets [batch] with predictions [batch], as indicators of each class, a scalar: the phi coefficient of two classes, R_K
 * of several.
 *
 * From -1 to 1, to be maximised; 0 is chance, and 1 perfect. It has no gradient but by the weights.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if classes is not an integer of at least 1, targets or predictions
 * from the host are not integers from 0 to classes - 1, or weights from the host are below 0.
 *
 * @formula \frac{\sum_c (tp_c\, tn_c - fp_c\, fn_c)}{\sqrt{\sum_c t_c (n - t_c) \sum_c p_c (n - p_c)}}
 * @source J. Gorodkin, Comparing two K-category assignments by a K-category correlation coefficient, Computational Biology and Chemistry 28
 *   (2004).
 * @peers The same as `matthews_corrcoef` of scikit-learn; torchmetrics has other limits where it is undefined.
 * @example await evaluate(matthewsCorrelation([1, 1, 1, 0], [1, 0, 1, 1], 2), { engine }) // -0.3333333
 */
export const matthewsCorrelation: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  targets: Tensor,
  predictions: Tensor,
  classes: number,
  { weights, whenUndefined }: OptionsFor<typeof declaration>,
): Tensor {
  const counts = countsByClass(targets, predictions, classes, weights);
  const falsePositives = counts.predictions.sub(counts.hits);
  const falseNegatives = counts.targets.sub(counts.hits);
  const trueNegatives = counts.total.sub(counts.targets).sub(falsePositives);
  // In floats, since a product of two counts may not be an integer that every engine knows.
  const product = (x: Tensor, y: Tensor): Tensor => toFloat(x).mul(y);
  const covariance = product(counts.hits, trueNegatives).sub(product(falsePositives, falseNegatives)).sum();
  const [ofTargets, ofPredictions] = [counts.targets, counts.predictions].map((own) =>
    product(own, counts.total.sub(own)).sum(),
  ) as [Tensor, Tensor];
  return quotient(covariance, sqrt(ofTargets).mul(sqrt(ofPredictions)), whenUndefined);
}
