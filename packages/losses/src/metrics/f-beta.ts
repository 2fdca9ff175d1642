/** How well do precision and recall go together? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { type RateDeclaration, averagedRate, rateArguments, rateOptions } from "./averaged.ts";

/** How many times as much recall counts as precision, above 0. Default 1. */
const beta = { kind: "number", must: "positive", default: 1 } as const;

const declaration: RateDeclaration<typeof rateOptions & { readonly beta: typeof beta }> = {
  name: "fBeta",
  arguments: rateArguments,
  differentiable: false,
  options: { ...rateOptions, beta },
  results: { loss: "[classes] or []" },
};

/**
 * The weighted harmonic mean of precision and recall of targets [batch] and predictions [batch]: of class 1, or averaged over classes, a
 * scalar; or of each class [classes]. Both may instead be labels [batch, classes] that hold or don't.
 *
 * With the default beta of 1 it is F1, which is also the Dice coefficient. From 0 to 1, to be maximised; `whenUndefined` of a class that
 * occurs in neither targets nor predictions. It has no gradient but by the weights.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if an option is out of range, targets or predictions from the host
 * are not integers from 0 to classes - 1, or as labels not 0 or 1, or weights from the host are below 0.
 *
 * @formula \frac{(1 + \beta^2)\, tp}{(1 + \beta^2)\, tp + \beta^2\, fn + fp}
 * @source C. J. van Rijsbergen, Information Retrieval, second edition (1979), chapter 7.
 * @peers `fbeta_score` of scikit-learn is the same with `labels=range(classes)`; `FBetaScore` of Keras adds 1e-7 to its divisors.
 * @example await evaluate(fBeta([0, 1, 1, 0, 1], [0, 1, 0, 1, 0], { beta: 2 }), { engine }) // 0.3571429
 */
export const fBeta: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, predictions: Tensor, options: OptionsFor<typeof declaration>): Tensor {
  const square = options.beta ** 2;
  return averagedRate(declaration.name, targets, predictions, options, (counts) => [
    counts.hits.mul(1 + square),
    counts.targets.mul(square).add(counts.predictions),
  ]);
}
