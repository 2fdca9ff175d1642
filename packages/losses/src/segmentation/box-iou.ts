/** Which share of what two boxes cover do both cover? */
import { type Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { boxOf, iouOf } from "./boxes.ts";

const declaration = {
  name: "boxIou",
  arguments: {
    /** [.., 4] boxes by their corners x1, y1, x2, y2. */
    boxes: "[.., 4]",
    /** [.., 4] what they are compared with. */
    others: "[.., 4]",
  },
  broadcasts: "oneSided",
  options: {
    /** Added to the divisors, 0 or above. Default 1e-7. */
    epsilon: { kind: "number", must: "nonNegative", default: 1e-7 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The intersection over union of boxes [.., 4] and others [.., 4], by their corners x1, y1, x2, y2; the result is [..].
 *
 * From 0 to 1, to be maximised. An inverted side has length 0; equal edges share the gradient.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if epsilon is below 0.
 *
 * @formula \frac{I}{U + \varepsilon}
 * @source M. Everingham et al., The PASCAL visual object classes challenge, IJCV 88 (2010).
 * @peers torchvision `box_iou` is the matrix of all pairs: `boxIou(boxes.expandDims(1), others)` here. TensorFlow has y1, x1, y2, x2.
 * @example await evaluate(boxIou([0, 0, 2, 2], [1, 0, 3, 2]), { engine }) // 0.3333333
 */
export const boxIou: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(boxes: Tensor, others: Tensor, { epsilon }: OptionsFor<typeof declaration>): Tensor {
  return iouOf(boxOf(boxes), boxOf(others), epsilon);
}
