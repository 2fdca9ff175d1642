/** Which loss of two boxes also draws their centres together? */
import { type Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { boxOf, distanceLoss } from "./boxes.ts";

const declaration = {
  name: "diouLoss",
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
 * 1 less the intersection over union of targets [.., 4] and predictions [.., 4], and the squared distance of their centres in diagonals of
 * their hull; by corners x1, y1, x2, y2; the result is [..].
 *
 * From 0 for equal boxes to 2. An inverted side has length 0; equal edges share the gradient.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if epsilon is below 0.
 *
 * @formula 1 - \frac{I}{U + \varepsilon} + \frac{\rho^2}{c^2 + \varepsilon}
 * @source Z. Zheng et al., Distance-IoU loss: faster and better learning for bounding box regression, AAAI (2020).
 * @peers torchvision `distance_box_iou_loss` has the same epsilon.
 * @example await evaluate(diouLoss([0, 0, 2, 2], [0, 0, 2, 1]), { engine }) // 0.53125
 */
export const diouLoss: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, predictions: Tensor, { epsilon }: OptionsFor<typeof declaration>): Tensor {
  return distanceLoss(boxOf(targets), boxOf(predictions), epsilon).loss;
}
