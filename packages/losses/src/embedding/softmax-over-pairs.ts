/** How many nats does a softmax of cosines need to tell a row's positives from what they are compared with? */
import { type Tensor, logSumExp, logicalOr, where } from "@symloss/core";
import { cosines, pairsWithin } from "./pairs.ts";

/** The loss of each row [batch], and 1 where it is one: 0 where the row has nothing to compare. */
export interface RowLoss {
  readonly loss: Tensor;
  readonly valid: Tensor;
}

/** What a positive is compared with: with all negatives, or with all other rows. */
export type Denominator = "negatives" | "all";

/** The mean over the positives of each row of embeddings [batch, d] with these labels [batch]. */
export function softmaxOverPairs(
  embeddings: Tensor,
  labels: Tensor,
  temperature: Tensor,
  denominator: Denominator,
): RowLoss {
  const { positive, negative } = pairsWithin(labels);
  const similarity = cosines(embeddings, embeddings).div(temperature);
  const terms = costs[denominator](similarity, positive, negative);
  const count = positive.sum(1);
  const total = where(positive, terms, 0).sum(1);
  return { loss: total.div(count.maximum(1).cast(total.dtype)), valid: count.greater(0).cast(total.dtype) };
}

/** What each positive costs, [batch, batch]; elsewhere anything. */
const costs: {
  readonly [D in Denominator]: (similarity: Tensor, positive: Tensor, negative: Tensor) => Tensor;
} = {
  negatives: (similarity, _, negative) =>
    logSumExp(similarity, { axis: 1, mask: negative, keepAxes: true }).sub(similarity).softplus(),
  all: (similarity, positive, negative) => {
    const others = logicalOr(positive, negative);
    const alone = where(others.sum({ axis: 1, keepAxes: true }).equal(0), 0, -Infinity);
    return where(others, similarity, alone).logSoftmax(1).neg();
  },
};
