/** What is the area under a curve of which only some points are known? */
import { type Tensor, add, maximum, minimum, sub, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { type CountsAbove, countsAbove } from "./at-thresholds.ts";
import { unlessNaN } from "./nan.ts";
import { quotient } from "./quotient.ts";

const declaration = {
  name: "aucAtThresholds",
  arguments: {
    /** [batch] 0 or 1. */
    targets: { shape: "[batch]", elements: "multiHot" },
    /** [batch] the higher, the likelier a 1; probabilities from 0 to 1, unless thresholds are given. */
    scores: { shape: "[batch]", elements: "probability", check: "none" },
  },
  differentiable: false,
  options: {
    /** [thresholds] in ascending order; -Infinity and Infinity are added. By default what divides 0 to 1 into 199 equal parts. */
    thresholds: { kind: "array", shape: "[thresholds]" },
    /** [batch] how much each counts; a tensor has a gradient. Default 1. */
    weights: { kind: "tensor", shape: "[batch]", must: "nonNegative" },
    /** Recall over the share of zeros that are predicted, or precision over recall. Default "roc". */
    curve: { kind: "choice", choices: ["roc", "precisionRecall"], default: "roc" },
    /** How the curve goes between two points: on a line of counts, or as high as the lower or the higher of them. Default "interpolation". */
    summation: { kind: "choice", choices: ["interpolation", "minoring", "majoring"], default: "interpolation" },
    /** What it is without ones or, of the ROC curve, without zeros. Default NaN. */
    whenUndefined: { kind: "number", default: Number.NaN as number },
  },
  results: { loss: "[]" },
} as const;

/**
 * The area under the ROC curve, or the precision-recall curve, of targets [batch] and scores [batch] whose points are those of some
 * thresholds, a scalar: what Keras computes, where `rocAuc` is exact and needs no thresholds.
 *
 * From 0 to 1, to be maximised; NaN if a score is. A score above a threshold is a prediction of 1. Counts at thresholds add up over batches;
 * areas do not. It has no gradient but by the weights.
 * Throws `ShapeError` if the shapes do not fit, and `OutOfRangeError` if targets from the host are not 0 or 1, or, without thresholds, scores
 * from the host are not from 0 to 1, or weights from the host are below 0.
 *
 * @formula \sum_k (x_k - x_{k+1}) \frac{y_k + y_{k+1}}{2}
 * @source J. Davis, M. Goadrich, The relationship between precision-recall and ROC curves, International Conference on Machine Learning
 *   (2006): between points of precision and recall it is the counts that lie on a line.
 * @peers `AUC` of Keras, whose `curve` is "ROC" or "PR"; it is 0 where this is undefined.
 * @example await evaluate(aucAtThresholds([0, 0, 1, 1], [0, 0.5, 0.3, 0.9], { thresholds: [0.5] }), { engine }) // 0.75
 */
export const aucAtThresholds: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, scores: Tensor, options: OptionsFor<typeof declaration>): Tensor {
  const { curve, summation, whenUndefined } = options;
  const counts = countsAbove(declaration.name, targets, scores, options);
  const needed = curve === "roc" ? minimum(counts.positives, counts.negatives) : counts.positives;
  const isInterpolated = curve === "precisionRecall" && summation === "interpolation";
  const area = isInterpolated ? areaByCounts(counts) : areaBetween(points[curve](counts), heights[summation]);
  return unlessNaN(scores, where(needed.equal(0), whenUndefined, area));
}

/** The points of a curve, from right to left. */
interface Points {
  readonly x: Tensor;
  readonly y: Tensor;
}

const points: { readonly [Curve in "roc" | "precisionRecall"]: (counts: CountsAbove) => Points } = {
  roc: ({ positivesAbove, negativesAbove, positives, negatives }) => ({
    x: quotient(negativesAbove, negatives, 0),
    y: quotient(positivesAbove, positives, 0),
  }),
  precisionRecall: ({ positivesAbove, negativesAbove, positives }) => ({
    x: quotient(positivesAbove, positives, 0),
    y: quotient(positivesAbove, positivesAbove.add(negativesAbove), 0),
  }),
};

/** Of two neighbours. */
const heights = {
  interpolation: (left: Tensor, right: Tensor): Tensor => add(left, right).div(2),
  minoring: minimum,
  majoring: maximum,
};

function areaBetween({ x, y }: Points, height: (left: Tensor, right: Tensor) => Tensor): Tensor {
  return sub(...neighbours(x))
    .mul(height(...neighbours(y)))
    .sum();
}

/**
 * Where p predictions grow by dp of which dtp are right, tp = slope p + intercept, and the area below tp / p is that of
 * slope + intercept / p, over recall.
 */
function areaByCounts({ positivesAbove, negativesAbove, positives }: CountsAbove): Tensor {
  const [many, few] = neighbours(positivesAbove.add(negativesAbove));
  const right = neighbours(positivesAbove);
  const gained = sub(...right);
  const slope = quotient(gained, many.sub(few), 0);
  const intercept = right[1].sub(slope.mul(few));
  const ratio = where(few.equal(0), 1, quotient(many, few, 1));
  return slope
    .mul(gained.add(intercept.mul(ratio.log())))
    .sum()
    .div(positives);
}

function neighbours(x: Tensor): readonly [Tensor, Tensor] {
  const length = x.shape[0] as number;
  return [x.slice([0], [length - 1]), x.slice([1])];
}
