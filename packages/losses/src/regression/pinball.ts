/** Which loss has a quantile for its best prediction? */
import { type Tensor, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "pinball",
  arguments: {
    /** [..] what should have been predicted. */
    targets: "[..]",
    /** [..] what was predicted. */
    predictions: "[..]",
  },
  broadcasts: "oneSided",
  options: {
    /** The share of targets that is to lie below the prediction, from 0 to 1; a tensor has a gradient. Default 0.5. */
    quantile: { kind: "tensor", shape: "[..]", must: "unitInterval", default: 0.5 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The pinball loss, or quantile loss, of each prediction, of targets [..] and predictions [..], one of which has the shape of the result.
 *
 * With d = targets - predictions: quantile d where the prediction is too low, else (quantile - 1) d. In units of the targets, from 0; at
 * d = 0 the gradients are 0. Quantile 0.5 is half of `absoluteDifferences`. Several quantiles at once: predictions [.., quantiles], targets
 * [.., 1] and a tensor [quantiles].
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if quantile is not from 0 to 1.
 *
 * @formula \tau \max(d, 0) + (1 - \tau) \max(-d, 0), \quad d = y - \hat y
 * @source R. Koenker, G. Bassett, Regression quantiles, Econometrica 46 (1978).
 * @peers scikit-learn calls the quantile alpha. max(quantile d, (quantile - 1) d), as many write it, has a gradient where d is 0.
 * @example await evaluate(pinball([3, 0], [1, 1], { quantile: 0.75 }), { engine }) // [1.5, 0.25]
 */
export const pinball: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, predictions: Tensor, { quantile }: OptionsFor<typeof declaration>): Tensor {
  const above = targets.sub(predictions).relu();
  const below = predictions.sub(targets).relu();
  return quantile.mul(above).add(sub(1, quantile).mul(below));
}
