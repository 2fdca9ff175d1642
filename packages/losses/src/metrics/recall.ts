/** Which share of a class is predicted? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { type RateDeclaration, averagedRate, rateArguments, rateOptions } from "./averaged.ts";

const declaration: RateDeclaration = {
  name: "recall",
  arguments: rateArguments,
  differentiable: false,
  options: rateOptions,
  results: { loss: "[classes] or []" },
};

/**
 * Of those that targets [batch] put into a class, the share that predictions [batch] put there too: of class 1, or averaged over classes, a
 * scalar; or of each class [classes]. Both may instead be labels [batch, classes] that hold or don't.
 *
 * Also called sensitivity, or true positive rate. From 0 to 1, to be maximised; `whenUndefined` of a class without targets. It has no
 * gradient but by the weights.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if an option is out of range, targets or predictions from the host
 * are not integers from 0 to classes - 1, or as labels not 0 or 1, or weights from the host are below 0.
 *
 * @formula \frac{tp}{tp + fn}
 * @source C. J. van Rijsbergen, Information Retrieval, second edition (1979), chapter 7.
 * @peers `recall_score` of scikit-learn is the same with `labels=range(classes)`, and `Recall` of Keras with a threshold of 0.5; the macro
 *   mean of torchmetrics leaves out classes that occur nowhere, which here count with `whenUndefined`.
 * @example await evaluate(recall([0, 1, 1, 0, 1], [0, 1, 0, 1, 0]), { engine }) // 0.3333333
 */
export const recall: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, predictions: Tensor, options: OptionsFor<typeof declaration>): Tensor {
  return averagedRate(declaration.name, targets, predictions, options, (counts) => [counts.hits, counts.targets]);
}
