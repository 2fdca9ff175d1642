/** How often is each class predicted as each other? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { contingencyOf } from "./contingency.ts";
import { quotient } from "./quotient.ts";

const declaration = {
  name: "confusionMatrix",
  arguments: {
    /** [batch] the right classes. */
    targets: { shape: "[batch]", elements: "classIndex" },
    /** [batch] the predicted classes. */
    predictions: { shape: "[batch]", elements: "classIndex" },
    /** How many classes there are, 4096 at most. */
    classes: { shape: "[]", elements: "count" },
  },
  differentiable: false,
  options: {
    /** [batch] how much each counts; a tensor has a gradient. Default 1. */
    weights: { kind: "tensor", shape: "[batch]", must: "nonNegative" },
    /** What is divided by its sum: nothing, the row of each right class, the column of each predicted class, or the whole table. */
    normalize: { kind: "choice", choices: ["none", "true", "predicted", "all"], default: "none" },
  },
  results: { loss: "[classes, classes]" },
} as const;

/**
 * How many of targets [batch] of each class are predicted as each class by predictions [batch]: a table [classes, classes] with a row for
 * each right class and a column for each predicted one.
 *
 * Counts are int32; weighted or normalised they are floats. A row, column or table whose sum is 0 stays 0 when it is normalised. It has no
 * gradient but by the weights.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if classes is not an integer from 1 to 4096, targets or predictions
 * from the host are not integers from 0 to classes - 1, or weights from the host are below 0.
 *
 * @formula M_{ij} = \sum_n w_n [y_n = i][\hat y_n = j]
 * @source T. Fawcett, An introduction to ROC analysis, Pattern Recognition Letters 27 (2006).
 * @peers The same as `confusion_matrix` of scikit-learn with `labels=range(classes)`, whose `normalize` says "pred" for "predicted", and
 *   `math.confusionMatrix` of TensorFlow.js.
 * @example await evaluate(confusionMatrix([0, 1, 1], [0, 1, 0], 2), { engine }) // [[1, 0], [1, 1]]
 */
export const confusionMatrix: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  targets: Tensor,
  predictions: Tensor,
  classes: number,
  { weights, normalize }: OptionsFor<typeof declaration>,
): Tensor {
  const counts = contingencyOf(declaration.name, targets, predictions, classes, weights);
  if (normalize === "none") return counts;
  return quotient(counts, counts.sum({ axis: normalizedAxes[normalize], keepAxes: true }), 0);
}

const normalizedAxes = { true: 1, predicted: 0, all: null } as const;
