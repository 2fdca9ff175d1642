/** How many nats does it cost to take the softmax of some logits for that of others? */
import { type Tensor, broadcastTogether, customGradient, where } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";
import { measureExcess } from "../distribution/excess.ts";

const declaration = {
  name: "klDivergenceLogits",
  arguments: {
    /** [.., classes] the unnormalised log probabilities of the targets. */
    targetLogits: "[.., classes]",
    /** [.., classes] the predicted unnormalised log probabilities. */
    logits: "[.., classes]",
  },
  broadcasts: "oneSided",
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The divergence of Kullback and Leibler of softmax(logits [.., classes]) from softmax(targetLogits [.., classes]); the result is [..].
 *
 * In nats, and never below 0: it is computed as a sum of terms of which none is. A class whose target logit is -Infinity has no term of
 * its own. A loss of Infinity, for a logit of -Infinity that the target has not, has a finite gradient by the logits.
 * Throws `ShapeError` if the shapes do not fit.
 *
 * @formula \sum_c p_c (e^{d_c} - 1 - d_c), \quad p = \mathrm{softmax}(a), \quad d = \log \mathrm{softmax}(b) - \log p
 * @source S. Kullback, R. A. Leibler, On information and sufficiency, Annals of Mathematical Statistics 22 (1951).
 * @peers no library has it of logits alone: PyTorch `KLDivLoss(log_target=True)` of two `log_softmax` may be below 0.
 * @example await evaluate(klDivergenceLogits([[0, 0]], [[0, Math.log(3)]]), { engine }) // [0.1438410]
 */
export const klDivergenceLogits: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(targetLogits: Tensor, logits: Tensor): Tensor {
  const names = ["targetLogits", "logits"];
  return divergence(...(broadcastTogether(declaration.name, names, [targetLogits, logits]) as Pair));
}

type Pair = [targetLogits: Tensor, logits: Tensor];

const divergence = /* @__PURE__ */ customGradient<Pair>((targetLogits, logits) => {
  const target = targetLogits.softmax();
  const predicted = logits.softmax();
  // A class that the target rules out has none: both logarithms may be -Infinity.
  const ratio = where(target.equal(0), 0, logits.logSoftmax().sub(targetLogits.logSoftmax()));
  const value = measureExcess(target, predicted, ratio).sum(-1);
  return {
    value,
    gradient: (g) => {
      const cotangent = g.expandDims(-1);
      const shortfall = target.mul(ratio.add(value.expandDims(-1))).neg();
      return [shortfall.mul(cotangent), predicted.sub(target).mul(cotangent)];
    },
  };
});
