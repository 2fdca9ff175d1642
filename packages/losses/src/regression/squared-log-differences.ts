/** How far apart are targets and predictions on a logarithmic scale, squared? */
import { type Tensor, broadcastTogether, customGradient, where } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";

const declaration = {
  name: "squaredLogDifferences",
  arguments: {
    /** [..] what should have been predicted, 0 or above. */
    targets: { shape: "[..]", elements: "nonNegative" },
    /** [..] what was predicted, above -1. */
    predictions: { shape: "[..]", elements: "nonNegative", check: "none" },
  },
  broadcasts: "oneSided",
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The squared difference of log(1 + prediction) and log(1 + target), of targets [..] and predictions [..], one of which has the shape of
 * the result.
 *
 * From 0. Nothing is clipped: it is Infinity at a prediction of -1, NaN below, and negative predictions above -1 keep their gradient. Its
 * mean is the mean squared logarithmic error.
 * Throws `ShapeError` if neither has the shape of both together and `OutOfRangeError` if a target from the host is below 0.
 *
 * @formula (\log(1 + \hat y) - \log(1 + y))^2
 * @source scikit-learn user guide, section 3.4.6.
 * @peers Keras and tfjs-layers clip at 1e-7 first, which leaves a negative prediction without a gradient, and lose the digits of small
 *   numbers to log(x + 1). Flux has no 1 in it: that is another function.
 * @example await evaluate(squaredLogDifferences([0, 3], [0, 1]), { engine }) // [0, 0.480453]
 */
export const squaredLogDifferences: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, predictions: Tensor): Tensor {
  const together = broadcastTogether(declaration.name, ["targets", "predictions"], [targets, predictions]) as Pair;
  return logRatio(...together).square();
}

type Pair = [targets: Tensor, predictions: Tensor];

/** log((1 + predictions) / (1 + targets)); of nearly equal numbers no logarithms are subtracted that were rounded. */
const logRatio = /* @__PURE__ */ customGradient<Pair>((targets, predictions) => {
  const excess = predictions.sub(targets).div(targets.add(1));
  const isNear = excess.abs().less(0.5);
  return {
    value: where(isNear, excess, predictions)
      .log1p()
      .sub(where(isNear, 0, targets).log1p()),
    gradient: (g) => [g.neg().div(targets.add(1)), g.div(predictions.add(1))],
  };
});
