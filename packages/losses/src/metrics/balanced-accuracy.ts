/** Which share of each class is predicted, in the mean over classes? */
import { type Tensor, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { countsByClass } from "./class-counts.ts";
import { quotient } from "./quotient.ts";

const declaration = {
  name: "balancedAccuracy",
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
    /** Whether chance is to be 0, not 1 / number of classes with a target. Default false. */
    adjusted: { kind: "flag", default: false },
    /** [batch] how much each counts; a tensor has a gradient. Default 1. */
    weights: { kind: "tensor", shape: "[batch]", must: "nonNegative" },
    /** What it is without targets. Default NaN. */
    whenUndefined: { kind: "number", default: Number.NaN as number },
  },
  results: { loss: "[]" },
} as const;

/**
 * The mean over the classes of targets [batch] of the share that predictions [batch] put into them too, a scalar: the accuracy if all
 * classes were equally frequent.
 *
 * A class without targets is left out. From 0 to 1, to be maximised; adjusted, 0 is chance. It has no gradient but by the weights.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if classes is not an integer of at least 1, targets or predictions
 * from the host are not integers from 0 to classes - 1, or weights from the host are below 0.
 *
 * @formula \operatorname{mean}_{c : t_c > 0} \frac{tp_c}{t_c}
 * @source K. H. Brodersen et al., The balanced accuracy and its posterior distribution, International Conference on Pattern Recognition (2010).
 * @peers The same as `balanced_accuracy_score` of scikit-learn.
 * @example await evaluate(balancedAccuracy([0, 0, 0, 1], [0, 0, 1, 1], 2), { engine }) // 0.8333333
 */
export const balancedAccuracy: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  targets: Tensor,
  predictions: Tensor,
  classes: number,
  { adjusted, weights, whenUndefined }: OptionsFor<typeof declaration>,
): Tensor {
  const counts = countsByClass(targets, predictions, classes, weights);
  const present = counts.targets.notEqual(0).sum();
  const recalls = quotient(counts.hits, counts.targets, 0).sum();
  if (!adjusted) return quotient(recalls, present, whenUndefined);
  // (mean - 1 / n) / (1 - 1 / n)
  return quotient(sub(recalls, 1), sub(present, 1), whenUndefined);
}
