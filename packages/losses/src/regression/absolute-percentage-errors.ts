/** How large is each error, as a share of its target? */
import { type Tensor, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "absolutePercentageErrors",
  arguments: {
    /** [..] what should have been predicted. */
    targets: "[..]",
    /** [..] what was predicted. */
    predictions: "[..]",
  },
  broadcasts: "oneSided",
  options: {
    /** What is divided by at least, 0 or above. Default 1e-7. */
    epsilon: { kind: "number", must: "nonNegative", default: 1e-7 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The absolute error of each prediction as a share of its target (times 100 it is a percentage), of targets [..] and predictions [..], one
 * of which has the shape of the result.
 *
 * |predictions - targets| / max(|targets|, epsilon), from 0. At an error of 0 its gradient is 0; a divisor of epsilon has no gradient. Its
 * mean is the mean absolute percentage error.
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if epsilon is below 0.
 *
 * @formula \frac{|\hat y - y|}{\max(|y|, \epsilon)}
 * @source S. Makridakis, Accuracy measures: theoretical and practical concerns, International Journal of Forecasting 9 (1993).
 * @peers Keras and tfjs-layers give percentages, 100 times this, with epsilon 1e-7; scikit-learn (epsilon 2.2e-16) and torchmetrics
 *   (1.17e-6) give shares. At a target of 0 they differ by ten orders of magnitude.
 * @example await evaluate(absolutePercentageErrors([2, -4], [3, -3]), { engine }) // [0.5, 0.25]
 */
export const absolutePercentageErrors: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, predictions: Tensor, { epsilon }: OptionsFor<typeof declaration>): Tensor {
  const size = targets.abs();
  return predictions
    .sub(targets)
    .abs()
    .div(where(size.less(epsilon), epsilon, size));
}
