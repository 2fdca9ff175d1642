/** How far is the agreement of targets and predictions beyond that of chance? */
import { type Tensor, arange, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { contingencyOf } from "./contingency.ts";
import { quotient } from "./quotient.ts";

const declaration = {
  name: "cohenKappa",
  arguments: {
    /** [batch] the classes that one rater gives. */
    targets: { shape: "[batch]", elements: "classIndex" },
    /** [batch] the classes that the other gives. */
    predictions: { shape: "[batch]", elements: "classIndex" },
    /** How many classes there are, 4096 at most. */
    classes: { shape: "[]", elements: "count" },
  },
  differentiable: false,
  options: {
    /** How much a disagreement counts: each alike, by how far the classes are apart, or by the square of that. Default "none". */
    weights: { kind: "choice", choices: ["none", "linear", "quadratic"], default: "none" },
    /** What it is where all targets and predictions are of one class. Default 0. */
    whenUndefined: { kind: "number", default: 0 },
  },
  results: { loss: "[]" },
} as const;

/**
 * How far targets [batch] and predictions [batch] agree beyond chance, a scalar: 1 minus their disagreement over what is expected of
 * independent raters who give each class as often.
 *
 * At most 1, to be maximised; 0 is chance. It has no gradient.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if classes is not an integer from 1 to 4096, or targets or
 * predictions from the host are not integers from 0 to classes - 1.
 *
 * @formula 1 - \frac{n \sum_{ij} d_{ij} M_{ij}}{\sum_{ij} d_{ij}\, t_i\, p_j}
 * @source J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20 (1960); weighted kappa,
 *   Psychological Bulletin 70 (1968).
 * @peers The same as `cohen_kappa_score` of scikit-learn and `CohenKappa` of TensorFlow Addons, which are NaN where it is undefined.
 * @example await evaluate(cohenKappa([0, 0, 1, 1], [0, 1, 1, 1], 2), { engine }) // 0.5
 */
export const cohenKappa: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(
  targets: Tensor,
  predictions: Tensor,
  classes: number,
  { weights, whenUndefined }: OptionsFor<typeof declaration>,
): Tensor {
  const counts = contingencyOf(declaration.name, targets, predictions, classes).cast("float32");
  const disagreement = disagreements[weights](classes);
  const observed = disagreement.mul(counts).sum().mul(counts.sum());
  const independent = counts.sum(1).expandDims(1).mul(counts.sum(0));
  const expected = disagreement.mul(independent).sum();
  return quotient(sub(expected, observed), expected, whenUndefined);
}

/** [classes, classes] how much it counts that one is taken for another. */
const disagreements = {
  none: (classes: number): Tensor => distances(classes).notEqual(0).cast("float32"),
  linear: (classes: number): Tensor => distances(classes).abs(),
  quadratic: (classes: number): Tensor => distances(classes).square(),
};

function distances(classes: number): Tensor {
  const index = arange(classes, "float32");
  return index.expandDims(1).sub(index);
}
