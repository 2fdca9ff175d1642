/** How far apart are the directions of two vectors? */
import { type Tensor, broadcastTogether, customGradient, sub, where } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";
import { directionsOf } from "./directions.ts";

const declaration = {
  name: "cosineDistance",
  arguments: {
    /** [.., d] the vectors that should have been predicted. */
    targets: "[.., d]",
    /** [.., d] the vectors that were predicted. */
    predictions: "[.., d]",
  },
  broadcasts: "oneSided",
  options: {
    /** The axis along which vectors lie. Default -1. */
    axis: { kind: "axis", of: "d", default: -1 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * One minus the cosine of the angle between vectors, of targets [.., d] and predictions [.., d], one of which has the leading axes of the
 * result [..].
 *
 * From 0 to 2; of nearly parallel vectors it keeps its digits. With a zero vector it is 1, without a gradient.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if there is no such axis.
 *
 * @formula 1 - \frac{\sum_i y_i \hat y_i}{|y| |\hat y|}
 * @source G. Salton, M. J. McGill, Introduction to Modern Information Retrieval (1983), section 4.1.
 * @peers cosineDistance of TensorFlow.js is one minus the product of vectors that it takes to have length 1. The losses of BYOL and SimSiam
 *   are twice this.
 * @example await evaluate(cosineDistance([[3, 4], [0, 0]], [[4, 3], [1, 0]]), { engine }) // [0.04, 1]
 */
export const cosineDistance: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, predictions: Tensor): Tensor {
  const together = broadcastTogether(declaration.name, ["targets", "predictions"], [targets, predictions]);
  return distance(...(together as Pair));
}

type Pair = [targets: Tensor, predictions: Tensor];

const distance = /* @__PURE__ */ customGradient<Pair>((targets, predictions) => {
  const { left, right, isZero, backward } = directionsOf(targets, predictions);
  // Half the squared distance of the unit vectors, or from the opposite one, if that is nearer: nothing cancels.
  const apart = left.sub(right).square().sum(-1).mul(0.5);
  const together = left.add(right).square().sum(-1).mul(0.5);
  const isOpposed = together.less(apart);
  return {
    value: where(isZero, 1, where(isOpposed, sub(2, together), apart)),
    gradient: (g) => {
      const side = where(isOpposed, -1, 1);
      const half = where(isOpposed, together, apart).expandDims(-1);
      // What of the way from one unit vector to the other, or its opposite, is across it.
      const across = (unit: Tensor, other: Tensor): Tensor =>
        unit.sub(other.mul(side.expandDims(-1))).sub(unit.mul(half));
      return backward(across(left, right), across(right, left), g.mul(side));
    },
  };
});
