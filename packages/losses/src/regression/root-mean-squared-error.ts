/** How large are errors, in the quadratic mean? */
import { type Tensor, broadcastTo, norm } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "rootMeanSquaredError",
  arguments: {
    /** [..] what should have been predicted. */
    targets: "[..]",
    /** [..] what was predicted. */
    predictions: "[..]",
  },
  broadcasts: "oneSided",
  options: {
    /** The axis or axes over which the mean is taken; null, the default, for all. */
    axis: { kind: "axes", shape: "[..]", default: null },
  },
  results: { loss: "[..] without the axes" },
} as const;

/**
 * The square root of the mean squared error, of targets [..] and predictions [..], one of which has the shape of both together; the result
 * has that shape without the axes.
 *
 * In units of the targets, from 0. Its gradient at a perfect fit is 0. It is no mean of row losses: that of a batch is not the mean of
 * those of its parts.
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if an axis does not exist.
 *
 * @formula \sqrt{\frac{1}{n} \sum_i (\hat y_i - y_i)^2}
 * @source R. J. Hyndman, A. B. Koehler, Another look at measures of forecast accuracy, International Journal of Forecasting 22 (2006).
 * @peers Keras takes all elements at once; scikit-learn takes each column by itself (axis 0) and averages these. Most have NaN for the
 *   gradient of a perfect fit.
 * @example await evaluate(rootMeanSquaredError([0, 0], [1, 7]), { engine }) // 5
 */
export const rootMeanSquaredError: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, predictions: Tensor, { axis }: OptionsFor<typeof declaration>): Tensor {
  const error = predictions.sub(targets);
  const count = broadcastTo(1, error.shape).sum(axis).cast(error.dtype);
  return norm(error, axis).div(count.sqrt());
}
