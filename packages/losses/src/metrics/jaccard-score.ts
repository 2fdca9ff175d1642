/** How much of the union of targets and predictions of each class is their intersection? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { type OverlapDeclaration, overlapArguments, overlapOptions, overlapsOf } from "./overlap.ts";
import { quotient } from "./quotient.ts";

const declaration: OverlapDeclaration = {
  name: "jaccardScore",
  arguments: overlapArguments,
  differentiable: false,
  options: overlapOptions,
  results: { loss: "[classes]" },
};

/**
 * The intersection of targets [..] and predictions [..] of each class over their union [classes]: both are class indices, as of pixels.
 *
 * From 0 to 1, to be maximised; a class that occurs nowhere is NaN, or 0 with `absent: "zero"`. A position whose target is `ignoreIndex`
 * counts nowhere. `meanIou` is their mean. It has no gradient.
 * Throws `ShapeError` if the shapes differ, and `OutOfRangeError` if classes is not an integer of at least 1, or targets or predictions
 * from the host are not integers from 0 to classes - 1, but for a target of ignoreIndex.
 *
 * @formula \frac{tp}{tp + fp + fn}
 * @source P. Jaccard, The distribution of the flora in the alpine zone, New Phytologist 11 (1912).
 * @peers `jaccard_score` of scikit-learn with `average=None` gives 0 for an absent class; `IoU` of Keras is the mean over the classes that
 *   it is told.
 * @example await evaluate(jaccardScore([0, 0, 1, 1], [0, 1, 1, 1], 2), { engine }) // [0.5, 0.6666667]
 */
export const jaccardScore: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  targets: Tensor,
  predictions: Tensor,
  classes: number,
  options: OptionsFor<typeof declaration>,
): Tensor {
  const { intersections, unions } = overlapsOf(targets, predictions, classes, options);
  return quotient(intersections, unions, options.absent === "skip" ? Number.NaN : 0);
}
