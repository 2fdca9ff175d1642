/** Which loss asks of each pair of an image and a text whether they belong together, without a softmax over the batch? */
import { type Tensor, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { diagonalOf } from "../length.ts";
import { cosines } from "./pairs.ts";

const declaration = {
  name: "siglipLoss",
  arguments: {
    /** [batch, d] vectors, of any length. */
    images: "[batch, d]",
    /** [batch, d] the vector that belongs to each image. */
    texts: "[batch, d]",
  },
  comparesRows: true,
  options: {
    /** The logarithm of what cosines are multiplied by; a tensor has a gradient. Default log 10. */
    logScale: { kind: "tensor", shape: "[]", default: 2.302585092994046 },
    /** What is added to them; a tensor has a gradient. Default -10. */
    bias: { kind: "tensor", shape: "[]", default: -10 },
  },
  results: { loss: "[batch]" },
} as const;

/**
 * The sigmoid loss of images [batch, d] and texts [batch, d], for each image the sum over all texts; the result is [batch].
 *
 * In nats, from 0. The cosine with a vector of zeros is 0, without a gradient.
 * Throws `ShapeError` if the shapes do not fit.
 *
 * @formula \sum_j \log(1 + e^{-z_{ij} (e^s \cos(x_i, y_j) + b)}), \quad z_{ij} = 1 \text{ if } i = j, \text{ else } -1
 * @source X. Zhai, B. Mustafa, A. Kolesnikov, L. Beyer, Sigmoid loss for language image pre-training, ICCV (2023).
 * @peers open_clip `SigLipLoss` and big_vision divide the sum over the batch by its size: the mean of this loss.
 * @example await evaluate(siglipLoss([[1, 0]], [[3, 0]], { logScale: 0, bias: 0 }), { engine }) // [0.3132617]
 */
export const siglipLoss: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(images: Tensor, texts: Tensor, { logScale, bias }: OptionsFor<typeof declaration>): Tensor {
  const logits = cosines(images, texts).mul(logScale.exp()).add(bias);
  const belongs = diagonalOf(images.shape[0]!);
  return where(belongs, logits.neg(), logits).softplus().sum(1);
}
