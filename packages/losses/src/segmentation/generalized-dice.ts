/** Which overlap loss of all classes together gives rare classes the same weight as frequent ones? */
import { type Tensor, div, stopGradient, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { overlapOf, shareOf } from "./overlap.ts";

const declaration = {
  name: "generalizedDice",
  arguments: {
    /** [.., positions, classes] which class is at each position: one-hot, or shares of it from 0 to 1. */
    targets: { shape: "[.., positions, classes]", elements: "probability" },
    /** [.., positions, classes] the predicted probability of each class. */
    probabilities: { shape: "[.., positions, classes]", elements: "probability" },
  },
  broadcasts: "oneSided",
  options: {
    /** What a class of size t weighs: "square" 1 / t^2, "simple" 1 / t, "uniform" 1. Default "square". */
    weighting: { kind: "choice", choices: ["square", "simple", "uniform"], default: "square" },
    /** Added to both parts of the quotient, 0 or above. Default 1e-7. */
    smooth: { kind: "number", must: "nonNegative", default: 1e-7 },
  },
  results: { loss: "[..]" },
} as const;

type Weighting = (typeof declaration)["options"]["weighting"]["choices"][number];

/**
 * The generalised Dice loss of targets [.., positions, classes] and probabilities [.., positions, classes]; the result is [..].
 *
 * From 0 to 1. A class without a target weighs as much as the heaviest class that has one, or 1 if none has; the weights are constants
 * to the gradient. Empty targets and predictions cost 0.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if the weighting is unknown or smooth is below 0.
 *
 * @formula 1 - \frac{2 \sum_c w_c I_c + s}{\sum_c w_c (P_c + T_c) + s}, \quad w_c = 1 / T_c^2
 * @source C. H. Sudre et al., Generalised Dice overlap as a deep learning loss function for highly unbalanced segmentations, DLMIA (2017).
 * @peers torchmetrics `generalized_dice_score` and MONAI `GeneralizedDiceLoss` take these weights; optax
 *   `multiclass_generalized_dice_loss` is the mean of weighted Dice losses with weights from the whole batch.
 * @example await evaluate(generalizedDice([[1, 0], [0, 1]], [[1, 0], [1, 0]]), { engine }) // 0.5
 */
export const generalizedDice: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(
  targets: Tensor,
  probabilities: Tensor,
  { weighting, smooth }: OptionsFor<typeof declaration>,
): Tensor {
  const { shared, falsePositives, falseNegatives } = overlapOf(targets, probabilities, -2);
  const weights = weightsOf[weighting](stopGradient(shared.add(falseNegatives)));
  const outside = falsePositives.add(falseNegatives);
  const whole = shared.mul(2).add(outside).mul(weights).sum(-1);
  return shareOf(outside.mul(weights).sum(-1), whole.add(smooth));
}

/** From the size of each class to its weight. */
const weightsOf: { readonly [W in Weighting]: (sizes: Tensor) => Tensor | number } = {
  square: (sizes) => inverseOf(sizes.square()),
  simple: inverseOf,
  uniform: () => 1,
};

/** 1 / sizes; where a size is 0, the largest of the row's other weights, and 1 if there is none. */
function inverseOf(sizes: Tensor): Tensor {
  const isAbsent = sizes.equal(0);
  const weights = where(isAbsent, 0, div(1, where(isAbsent, 1, sizes)));
  const heaviest = weights.max({ axis: -1, keepAxes: true });
  return where(isAbsent, where(heaviest.equal(0), 1, heaviest), weights);
}
