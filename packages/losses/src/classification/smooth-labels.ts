/** Which labels give every class a share? */
import { type Tensor, broadcastTo, sub, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { smoothed } from "./labels.ts";
const declaration = {
  name: "smoothLabels",
  arguments: {
    /** [.., classes] the probability of each class, one-hot for instance. */
    labels: { shape: "[.., classes]", elements: "distribution" },
    /** [] the share that all classes get alike, from 0 to 1. */
    smoothing: { shape: "[]", elements: "probability" },
  },
  options: {
    /** Which classes there are. By default all. */
    mask: { kind: "mask", shape: "[.., classes]" },
    /** The axis of classes. Default -1. */
    axis: { kind: "axis", of: "classes", default: -1 },
  },
  results: { loss: "[.., classes]" },
} as const;

/**
 * Labels [.., classes] of which every class gets a share, by a scalar smoothing; the result has the shape of the labels.
 *
 * (1 - smoothing) labels + smoothing / classes. With a mask only kept classes share it, by their number, and masked ones are exactly 0,
 * even where the label was; where none is kept, all are.
 * Throws `ShapeError` if the smoothing is no scalar or the mask does not broadcast, and `OutOfRangeError` if a smoothing from the host is
 * not from 0 to 1.
 *
 * @formula (1 - s) y_c + s / C
 * @source C. Szegedy et al., Rethinking the Inception architecture for computer vision, CVPR (2016), section 7.
 * @peers optax has the same, but for labels that are masked; Flux smooths towards 1/2 with dims = 0. Others have it as an option alone.
 * @example await evaluate(smoothLabels([[0, 1, 0, 0]], 0.2), { engine }) // [[0.05, 0.85, 0.05, 0.05]]
 */
export const smoothLabels: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(labels: Tensor, smoothing: Tensor, { mask }: OptionsFor<typeof declaration>): Tensor {
  if (mask === undefined) return smoothed(labels, smoothing);
  const kept = broadcastTo(mask, labels.shape).sum({ axis: -1, keepAxes: true }).cast(labels.dtype);
  const share = smoothing.div(kept.maximum(1));
  return where(mask, where(mask, labels, 0).mul(sub(1, smoothing)).add(share), 0);
}
