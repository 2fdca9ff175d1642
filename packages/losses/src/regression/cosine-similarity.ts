/** How alike are the directions of two vectors? */
import { type Tensor, broadcastTogether, customGradient } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";
import { directionsOf } from "./directions.ts";

const declaration = {
  name: "cosineSimilarity",
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
 * The cosine of the angle between vectors, of targets [.., d] and predictions [.., d], one of which has the leading axes of the result
 * [..].
 *
 * From -1 to 1, but for rounding; 1 is the best: it is to be maximised. Each vector is divided by its own length first, so that none is too
 * long or too short. With a zero vector it is 0, without a gradient.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if there is no such axis.
 *
 * @formula \frac{\sum_i y_i \hat y_i}{|y| |\hat y|}
 * @source G. Salton, M. J. McGill, Introduction to Modern Information Retrieval (1983), section 4.1.
 * @peers The loss of that name in Keras, and cosineProximity in tfjs-layers, is the negative of this, to be minimised. optax has NaN for a
 *   zero vector unless it is given an epsilon.
 * @example await evaluate(cosineSimilarity([[3, 4], [0, 0]], [[4, 3], [1, 0]]), { engine }) // [0.96, 0]
 */
export const cosineSimilarity: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targets: Tensor, predictions: Tensor): Tensor {
  const together = broadcastTogether(declaration.name, ["targets", "predictions"], [targets, predictions]);
  return cosine(...(together as Pair));
}

type Pair = [targets: Tensor, predictions: Tensor];

/** Its gradient takes what the product has found already, instead of another sum over each vector. */
const cosine = /* @__PURE__ */ customGradient<Pair>((targets, predictions) => {
  const { left, right, backward } = directionsOf(targets, predictions);
  const value = left.mul(right).sum(-1);
  const along = value.expandDims(-1);
  return { value, gradient: (g) => backward(right.sub(left.mul(along)), left.sub(right.mul(along)), g) };
});
