/** Which share of what is predicted is right? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { type RateDeclaration, averagedRate, rateArguments, rateOptions } from "./averaged.ts";

const declaration: RateDeclaration = {
  name: "precision",
  arguments: rateArguments,
  differentiable: false,
  options: rateOptions,
  results: { loss: "[classes] or []" },
};

/**
 * Of those that predictions [batch] put into a class, the share that targets [batch] put there too: of class 1, or averaged over classes, a
 * scalar; or of each class [classes]. Both may instead be labels [batch, classes] that hold or don't.
 *
 * From 0 to 1, to be maximised; `whenUndefined` where nothing is predicted. It has no gradient but by the weights.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if an option is out of range, targets or predictions from the host
 * are not integers from 0 to classes - 1, or as labels not 0 or 1, or weights from the host are below 0.
 *
 * @formula \frac{tp}{tp + fp}
 * @source C. J. van Rijsbergen, Information Retrieval, second edition (1979), chapter 7.
 * @peers `precision_score` of scikit-learn is the same with `labels=range(classes)`, and `Precision` of Keras with a threshold of 0.5;
 *   the macro mean of torchmetrics leaves out classes that occur nowhere, which here count with `whenUndefined`.
 * @example await evaluate(precision([0, 1, 1, 0], [0, 1, 1, 1]), { engine }) // 0.6666667
 */
export const precision: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, predictions: Tensor, options: OptionsFor<typeof declaration>): Tensor {
  return averagedRate(declaration.name, targets, predictions, options, (counts) => [counts.hits, counts.predictions]);
}
