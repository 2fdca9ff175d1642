/** Which loss keeps the normaliser of a softmax near 1? */
import { type Tensor, where } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";

const declaration = {
  name: "zLoss",
  arguments: {
    /** [.., classes] unnormalised log probabilities. */
    logits: "[.., classes]",
  },
  options: {
    /** What the square is multiplied by; a tensor has a gradient. Default 1e-4. */
    weight: { kind: "tensor", shape: "[..]", default: 1e-4 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The weighted square of the logarithm of the normaliser of softmax(logits [.., classes]), to be added to a cross entropy; the result is
 * [..].
 *
 * From 0, in squared nats. A row of -Infinity alone is Infinity, with gradient 0.
 * Throws `ShapeError` if logits is a scalar.
 *
 * @formula w \left(\log \sum_c e^{x_c}\right)^2
 * @source A. Chowdhery et al., PaLM: scaling language modeling with pathways (2022), section 5.
 * @peers T5X has it inside of its cross entropy, Liger as `lse_square_scale`.
 * @example await evaluate(zLoss([[0, 0]], { weight: 1 }), { engine }) // [0.4804530]
 */
export const zLoss: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(declaration, formula);

function formula(logits: Tensor, { weight }: OptionsFor<typeof declaration>): Tensor {
  const logNormalizer = logits.logSumExp(-1);
  const isEmpty = logNormalizer.equal(-Infinity);
  return weight.mul(where(isEmpty, Infinity, where(isEmpty, 0, logNormalizer).square()));
}
