/** By how much do all other classes come within the margin of the right one? */
import { type Tensor, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { pick, rightClass, weightOf } from "./labels.ts";
import { squaredShortfall } from "./squared-hinge.ts";
const declaration = {
  name: "multiMargin",
  arguments: {
    /** [.., classes] the score of each class. */
    predictions: "[.., classes]",
    /** [..] the index of the right class, counted from 0. */
    targets: { shape: "[..]", elements: "classIndex" },
  },
  options: {
    /** The margin, 0 or above; a tensor has a gradient. Default 1. */
    delta: { kind: "tensor", shape: "[..]", must: "nonNegative", default: 1 },
    /** 1 (default) or 2. */
    power: { kind: "choice", choices: [1, 2], default: 1 },
    /** [classes] the weight of each class, 0 or above; a tensor has a gradient. Default 1. */
    classWeights: { kind: "array", shape: "[classes]", elements: "nonNegative" },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The multi-class margin loss of scores predictions [.., classes] and class indices targets [..]; the result is [..].
 *
 * sum over classes c other than the target of classWeights_target max(0, delta - predictions_target + predictions_c)^power / classes, from
 * 0. With power 1 its gradient at the margin is 0.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if delta or a weight is below 0, power is neither 1 nor 2, or targets
 * from the host are not integers from 0 to classes - 1.
 *
 * @formula \frac{w_y}{C} \sum_{c \ne y} \max(0, \delta - \hat y_y + \hat y_c)^p
 * @source J. Weston, C. Watkins, Support vector machines for multi-class pattern recognition, ESANN (1999).
 * @peers MultiMarginLoss of PyTorch is the same, its division by the number of classes among it; p and margin are its names.
 * @example await evaluate(multiMargin([[2, 1.5, 0.5]], [0], { delta: 1 }), { engine }) // [0.1666667]
 */
export const multiMargin: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(
  predictions: Tensor,
  targets: Tensor,
  { delta, power, classWeights }: OptionsFor<typeof declaration>,
): Tensor {
  const right = rightClass(declaration.name, predictions, targets);
  const short = predictions.sub(pick(predictions, targets).sub(delta).expandDims(-1));
  const mean = where(right, 0, power === 2 ? squaredShortfall(short) : short.relu()).mean(-1);
  return classWeights === undefined ? mean : mean.mul(weightOf(classWeights, targets));
}
