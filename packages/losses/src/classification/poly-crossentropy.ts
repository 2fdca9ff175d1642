/** Which cross entropy has its first polynomial term weighted? */
import { type Tensor, broadcastTogether } from "@symloss/core";
import { type LossOf, type OptionsFor, defineLoss } from "../definition.ts";
import { crossentropy } from "./softmax-crossentropy.ts";
const declaration = {
  name: "polyCrossentropyLogits",
  arguments: {
    /** [.., classes] the probability of each class, one-hot for instance. */
    labels: { shape: "[.., classes]", elements: "distribution" },
    /** [.., classes] unnormalised log probabilities. */
    logits: "[.., classes]",
  },
  broadcasts: "oneSided",
  options: {
    /** The weight of the term, of any sign; a tensor has a gradient. Default 2. */
    epsilon: { kind: "tensor", shape: "[..]", default: 2 },
  },
  results: { loss: "[..]" },
} as const;

/**
 * The poly-1 loss of labels [.., classes] and softmax(logits [.., classes]) for each row; one of them has the leading axes of the result
 * [..].
 *
 * The cross entropy plus epsilon sum_c labels_c (1 - p_c) with p = softmax(logits), in nats. Epsilon 0 is `softmaxCrossentropyLogits`; it
 * may be negative. A label of 0 contributes nothing, even at a logit of -Infinity.
 * Throws `ShapeError` if the shapes do not fit.
 *
 * @formula -\sum_c y_c \log p_c + \epsilon \sum_c y_c (1 - p_c), \quad p = \operatorname{softmax}(x)
 * @source Z. Leng et al., PolyLoss: a polynomial expansion perspective of classification loss functions, ICLR (2022).
 * @peers optax has the same definition and default; the poly1 loss of rax has epsilon 1 and normalises labels.
 * @example await evaluate(polyCrossentropyLogits([[0, 1]], [[0, 0]]), { engine }) // [1.6931472]
 */
export const polyCrossentropyLogits: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(labels: Tensor, logits: Tensor, { epsilon }: OptionsFor<typeof declaration>): Tensor {
  const [shares, x] = broadcastTogether(declaration.name, ["labels", "logits"], [labels, logits]) as Pair;
  const missed = shares.mul(x.logSoftmax().expm1()).sum(-1);
  return crossentropy(shares, x).sub(missed.mul(epsilon));
}

type Pair = [labels: Tensor, logits: Tensor];
