/** How much of the union of targets and predictions is their intersection, in the mean over classes? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { type OverlapDeclaration, overlapArguments, overlapOptions, overlapsOf } from "./overlap.ts";
import { quotient } from "./quotient.ts";

const declaration: OverlapDeclaration = {
  name: "meanIou",
  arguments: overlapArguments,
  differentiable: false,
  options: overlapOptions,
  results: { loss: "[]" },
};

/**
 * The intersection of targets [..] and predictions [..] of a class over their union, in the mean over classes, a scalar: both are class
 * indices, as of pixels.
 *
 * From 0 to 1, to be maximised. A class that occurs nowhere is left out of the mean, which is NaN without any, or counts as 0 with
 * `absent: "zero"`. A position whose target is `ignoreIndex` counts nowhere. It has no gradient.
 * Throws `ShapeError` if the shapes differ, and `OutOfRangeError` if classes is not an integer of at least 1, or targets or predictions
 * from the host are not integers from 0 to classes - 1, but for a target of ignoreIndex.
 *
 * @formula \operatorname{mean}_c \frac{tp_c}{tp_c + fp_c + fn_c}
 * @source M. Everingham et al., The Pascal Visual Object Classes (VOC) challenge, International Journal of Computer Vision 88 (2010).
 * @peers `MeanIoU` of Keras, whose `ignore_class` is a class, and `mean_iou` of torchmetrics leave absent classes out too.
 * @example await evaluate(meanIou([0, 0, 1, 1], [0, 1, 1, 1], 3), { engine }) // 0.5833333
 */
export const meanIou: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(
  targets: Tensor,
  predictions: Tensor,
  classes: number,
  options: OptionsFor<typeof declaration>,
): Tensor {
  const { intersections, unions } = overlapsOf(targets, predictions, classes, options);
  const each = quotient(intersections, unions, 0);
  return options.absent === "zero" ? each.mean() : quotient(each.sum(), unions.notEqual(0).sum(), Number.NaN);
}
