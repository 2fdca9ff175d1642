/** Which loss of two boxes also makes their proportions alike? */
import { type Tensor, stopGradient, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { angleOf, boxOf, distanceLoss, quotientOf } from "./boxes.ts";

const declaration = {
  name: "ciouLoss",
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
 * `diouLoss` of targets [.., 4] and predictions [.., 4], and how far their proportions differ; by corners x1, y1, x2, y2; the result is
 * [..].
 *
 * From 0 for equal boxes. The weight alpha is a constant to the gradient. A box without height has the angle pi / 2, a point 0 without a
 * gradient. An inverted side has length 0; equal edges share the gradient.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if epsilon is below 0.
 *
 * @formula \text{diouLoss} + \alpha v, \quad v = \tfrac{4}{\pi^2} (\arctan \tfrac{w}{h} - \arctan \tfrac{\hat w}{\hat h})^2, \quad \alpha = \frac{v}{1 - \mathrm{IoU} + v + \varepsilon}
 * @source Z. Zheng et al., Distance-IoU loss: faster and better learning for bounding box regression, AAAI (2020).
 * @peers torchvision `complete_box_iou_loss` is NaN of boxes without height; some codes drop a factor of the gradient of v.
 * @example await evaluate(ciouLoss([0, 0, 2, 2], [0, 0, 2, 2]), { engine }) // 0
 */
export const ciouLoss: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, predictions: Tensor, { epsilon }: OptionsFor<typeof declaration>): Tensor {
  const [target, prediction] = [boxOf(targets), boxOf(predictions)];
  const { loss, iou } = distanceLoss(target, prediction, epsilon);
  const turn = angleOf(target).sub(angleOf(prediction));
  const difference = turn.square().mul(4 / Math.PI ** 2);
  const weight = stopGradient(quotientOf(difference, sub(1, iou).add(difference), epsilon));
  return loss.add(weight.mul(difference));
}
