/** How far are two distributions apart, whichever of them is named first? */
import { type Tensor, broadcastTogether, customGradient, logicalAnd, sub, weightedBy, where } from "@symloss/core";
import { type LossOf, defineLoss } from "../definition.ts";
import { measureExcess } from "../distribution/excess.ts";

const declaration = {
  name: "jensenShannonDivergence",
  arguments: {
    /** [.., classes] the logarithm of the probability of each class. */
    logP: { shape: "[.., classes]", elements: "logDistribution" },
    /** [.., classes] that of the other distribution. */
    logQ: { shape: "[.., classes]", elements: "logDistribution" },
  },
  broadcasts: "oneSided",
  options: {},
  results: { loss: "[..]" },
} as const;

/**
 * The divergence of Jensen and Shannon of the distributions whose logarithms are logP [.., classes] and logQ [.., classes]; the result is
 * [..].
 *
 * In nats, from 0 for equal distributions to log 2 for disjoint ones; a sum of terms that are never below 0. A class of probability 0
 * contributes nothing to the gradient by its own logarithm. Of logits it is `jensenShannonDivergence(logSoftmax(a), logSoftmax(b))`.
 * Throws `ShapeError` if the shapes do not fit.
 *
 * @formula \tfrac{1}{2} \sum_c p_c \log \frac{p_c}{m_c} + q_c \log \frac{q_c}{m_c}, \quad m = \tfrac{p + q}{2}
 * @source J. Lin, Divergence measures based on the Shannon entropy, IEEE Transactions on Information Theory 37 (1991).
 * @peers torchmetrics `jensen_shannon_divergence` takes probabilities and divides by their sums; SciPy `jensenshannon` is its square root.
 * @example await evaluate(jensenShannonDivergence([[0, -Infinity]], [[-Infinity, 0]]), { engine }) // [0.6931472]
 */
export const jensenShannonDivergence: LossOf<typeof declaration, typeof formula> = /* @__PURE__ */ defineLoss(
  declaration,
  formula,
);

function formula(logP: Tensor, logQ: Tensor): Tensor {
  return divergence(...(broadcastTogether(declaration.name, ["logP", "logQ"], [logP, logQ]) as Pair)).sum(-1);
}

type Pair = [logP: Tensor, logQ: Tensor];

const divergence = /* @__PURE__ */ customGradient<Pair>((logP, logQ) => {
  const [p, q] = [logP.exp(), logQ.exp()];
  const middle = p.add(q).mul(0.5);
  const isAbsent = logicalAnd(p.equal(0), q.equal(0));
  const difference = where(isAbsent, 0, logQ.sub(logP));
  const [fromP, fromQ] = [logMiddleOver(difference), logMiddleOver(difference.neg())];
  return {
    value: measureExcess(p, middle, fromP)
      .add(measureExcess(q, middle, fromQ))
      .mul(0.5),
    gradient: (g) => [weightedBy(fromP, p).mul(g).mul(-0.5), weightedBy(fromQ, q).mul(g).mul(-0.5)],
  };
});

/** log((1 + exp(d)) / 2), exact near 0, where it is nearly half of d. */
function logMiddleOver(difference: Tensor): Tensor {
  const isLarge = difference.greater(1);
  return where(isLarge, sub(difference.softplus(), Math.LN2), where(isLarge, 0, difference).expm1().mul(0.5).log1p());
}
