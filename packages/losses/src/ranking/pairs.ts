/** What do the pairs of a list cost of which one item is more relevant than the other? */
import { type Tensor, broadcastTogether, isNaN, logicalAnd, where } from "@symloss/core";

/** The sum over the pairs of each list [..], and their number. */
export interface PairLoss {
  readonly loss: Tensor;
  readonly pairs: Tensor;
}

/** The sum of the costs of how far the more relevant item of each pair leads, for labels and scores [.., items]. */
export function sumOverPairs(
  caller: string,
  [labels, scores]: readonly [labels: Tensor, scores: Tensor],
  mask: Tensor | undefined,
  cost: (lead: Tensor) => Tensor,
): PairLoss {
  const [relevance, score] = broadcastTogether(caller, ["labels", "scores"], [labels, scores]) as [Tensor, Tensor];
  const isOrdered = relevance.expandDims(-1).greater(relevance.expandDims(-2));
  const isPair = mask === undefined ? isOrdered : logicalAnd(isOrdered, pairsOf(mask));
  const lead = where(isPair, score.expandDims(-1).sub(score.expandDims(-2)), 0);
  // A NaN is neither more nor less relevant, and makes no pair.
  const isUnknown = isNaN(mask === undefined ? relevance : where(mask, relevance, 0));
  const loss = where(isPair, cost(lead), 0)
    .sum([-1, -2])
    .add(where(isUnknown, Number.NaN, 0).sum(-1));
  return { loss, pairs: isPair.sum([-1, -2]).cast(loss.dtype) };
}

/** The pairs whose items are both kept. */
function pairsOf(mask: Tensor): Tensor {
  return logicalAnd(mask.expandDims(-1), mask.expandDims(-2));
}
