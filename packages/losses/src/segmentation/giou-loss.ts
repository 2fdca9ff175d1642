/** Which loss of two boxes has a gradient where they do not touch, by what their hull holds besides? */
import { type Tensor, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { areaOf, boxOf, hullOf, overlapOfBoxes, quotientOf } from "./boxes.ts";

const declaration = {
  name: "giouLoss",
  arguments: {
    /** [.., 4] boxes by their corners x1, y1, x2, y2. */
    targets: "[.., 4]",
    /** [.., 4] the predicted boxes. */
    predictions: "[.., 4]",
  },
  broadcasts: "oneSided",
  options: {
    /** Added to the divisors, 0 or above. Default 1e-7. */
    epsilon: { kind: "number", must: "nonNegative", default: 1e-7 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * 1 less the generalised intersection over union of targets [.., 4] and predictions [.., 4], by their corners x1, y1, x2, y2; the result is
 * [..].
 *
 * From 0 for equal boxes to 2. An inverted side has length 0; equal edges share the gradient.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if epsilon is below 0.
 *
 * @formula 1 - \frac{I}{U + \varepsilon} + \frac{C - U}{C + \varepsilon}, \text{ } C \text{ the area of the hull}
 * @source H. Rezatofighi et al., Generalized intersection over union, CVPR (2019).
 * @peers torchvision `generalized_box_iou_loss` has the same epsilon; TensorFlow Addons `GIoULoss` takes y1, x1, y2, x2.
 * @example await evaluate(giouLoss([0, 0, 1, 1], [2, 0, 3, 1]), { engine }) // 1.3333334
 */
export const giouLoss: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, predictions: Tensor, { epsilon }: OptionsFor<typeof declaration>): Tensor {
  const [target, prediction] = [boxOf(targets), boxOf(predictions)];
  const { intersection, union } = overlapOfBoxes(target, prediction);
  const hull = areaOf(hullOf(target, prediction));
  return sub(1, quotientOf(intersection, union, epsilon)).add(quotientOf(hull.sub(union), hull, epsilon));
}
