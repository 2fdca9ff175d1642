/** Which loss of the angle of two vectors draws pairs together that belong so, and others apart? */
import { type Tensor, normalize, sub } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { bySign } from "./by-sign.ts";

const declaration = {
  name: "cosineEmbedding",
  arguments: {
    /** [.., d] vectors. */
    x: "[.., d]",
    /** [.., d] what they are compared with. */
    y: "[.., d]",
    /** [..] 1 if the two belong together, -1 if not. */
    targets: { shape: "[..]", elements: "sign", differentiable: false },
  },
  broadcasts: "oneSided",
  options: {
    /** Up to which cosine others are apart enough, from -1 to 1; a tensor has a gradient. Default 0. */
    margin: { kind: "tensor", shape: "[..]", default: 0 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The cosine embedding loss of vectors x [.., d] and y [.., d] that belong together or not, targets [..]; the result is [..].
 *
 * From 0 to 2; where the cosine is the margin its gradient is 0. The cosine with a vector of zeros is 0, without a gradient.
 * Throws `ShapeError` if the shapes do not fit and `OutOfRangeError` if targets from the host are neither -1 nor 1.
 *
 * @formula 1 - \cos(x, y) \text{ if } t = 1, \quad \max(\cos(x, y) - m, 0) \text{ if } t = -1
 * @source the documentation of PyTorch, `CosineEmbeddingLoss`.
 * @peers PyTorch adds 1e-12 to the squared norms, and overflows where they do.
 * @example await evaluate(cosineEmbedding([[1, 0], [1, 0]], [[0, 2], [3, 0]], [1, -1]), { engine }) // [1, 1]
 */
export const cosineEmbedding: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(x: Tensor, y: Tensor, targets: Tensor, { margin }: OptionsFor<typeof declaration>): Tensor {
  const cosine = normalize(x).mul(normalize(y)).sum(-1);
  return bySign(targets, sub(1, cosine), cosine.sub(margin).relu());
}
