/** Which loss is small where the union of the regions of each class is hardly larger than their intersection? */
import type { Tensor } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { outsideOf, shareOf } from "./overlap.ts";

const declaration = {
  name: "jaccardLoss",
  arguments: {
    /** [.., positions, classes] which class is at each position: one-hot, or shares of it from 0 to 1. */
    targets: { shape: "[.., positions, classes]", elements: "probability" },
    /** [.., positions, classes] the predicted probability of each class. */
    probabilities: { shape: "[.., positions, classes]", elements: "probability" },
  },
  broadcasts: "oneSided",
  options: {
    /** Added to both parts of the quotient, 0 or above. Default 1. */
    smooth: { kind: "number", must: "nonNegative", default: 1 },
    /** The axis or axes that are summed. Default -2, the positions; [0, 1], for instance, counts a batch as one image. */
    axis: { kind: "axes", shape: "[.., positions, classes]", default: -2 },
  },
  results: { loss: "[.., positions, classes] without the axes" },
} as const;

/**
 * 1 less the soft Jaccard index (intersection over union) of targets [.., positions, classes] and probabilities
 * [.., positions, classes] for each class; the result is [.., classes].
 *
 * From 0 for equal regions to 1 for disjoint ones; a class that is in neither costs 0, without a gradient if smooth is 0.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if smooth is below 0 or an axis does not exist.
 *
 * @formula 1 - \frac{\sum p y + s}{\sum p + \sum y - \sum p y + s}
 * @source M. A. Rahman, Y. Wang, Optimizing Intersection-Over-Union in Deep Neural Networks for Image Segmentation, ISVC (2016).
 * @peers segmentation_models_pytorch `JaccardLoss` averages over classes; MONAI `DiceLoss(jaccard=True)` doubles the denominator's smooth.
 * @example await evaluate(jaccardLoss([[1, 0], [1, 0]], [[1, 0], [0, 1]]), { engine }) // [0.3333333, 0.5]
 */
export const jaccardLoss: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(targets: Tensor, probabilities: Tensor, { smooth, axis }: OptionsFor<typeof declaration>): Tensor {
  const outside = outsideOf(targets, probabilities).sum(axis);
  const shared = probabilities.mul(targets).sum(axis);
  return shareOf(outside, shared.add(outside).add(smooth));
}
