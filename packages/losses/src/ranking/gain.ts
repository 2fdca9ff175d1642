/** What are relevant items worth, and how little at late places? */
import {
  type Tensor,
  asTensor,
  broadcastTo,
  broadcastTogether,
  logicalAnd,
  ndarray,
  sort,
  stopGradient,
  takeAlongAxis,
  where,
} from "@symloss/core";

/** 2^y - 1. */
export function exponentialGain(labels: Tensor): Tensor {
  return labels.mul(Math.LN2).expm1();
}

/** The discounted sum of gains [.., items] from 0, in the best order, which puts the largest first; with k, of the first k places. */
export function idealGain(gain: Tensor, k?: number): Tensor {
  return sort(gain, { axis: -1, descending: true }).mul(discounts(gain, k)).sum(-1);
}

/**
 * The sum of gains [.., items], each discounted by its place, which is that of its score among those that are kept. Equal scores share the
 * mean discount of the places that they take.
 */
export function discountedGain(gains: Tensor, scores: Tensor, kept: Tensor, k?: number): Tensor {
  const [own, other] = [scores.expandDims(-1), scores.expandDims(-2)];
  const isThere = kept.expandDims(-2);
  const before = logicalAnd(isThere, other.greater(own)).sum(-1);
  const tied = logicalAnd(isThere, other.equal(own)).sum(-1);
  const sums = cumulativeDiscounts(gains, k);
  const at = (place: Tensor) => takeAlongAxis(sums.broadcastTo([...gains.shape.slice(0, -1), sums.shape[0]!]), place);
  const share = at(before.add(tied)).sub(at(before)).div(tied.maximum(1));
  return gains.mul(share).sum(-1);
}

/** The sums of the discounts of the first 0, 1, .. items places, [items + 1]. */
function cumulativeDiscounts({ shape, dtype }: Tensor, k: number = Infinity): Tensor {
  const items = shape.at(-1) as number;
  const sums = [0];
  for (let place = 0; place < items; place++) sums.push(sums[place]! + discountOf(place, k));
  return asTensor(ndarray(sums, [items + 1], dtype));
}

function discountOf(place: number, k: number): number {
  return place < k ? 1 / Math.log2(place + 2) : 0;
}

/** 1 / log2(1 + rank) of each place [items], and 0 from the place k on. */
function discounts({ shape, dtype }: Tensor, k: number = Infinity): Tensor {
  const items = shape.at(-1) as number;
  const values = Array.from({ length: items }, (_, place) => discountOf(place, k));
  return asTensor(ndarray(values, [items], dtype));
}

/** What each item is worth, 0 where it is masked, and its score. */
export function gainOf(
  caller: string,
  labels: Tensor,
  scores: Tensor,
  gain: "linear" | "exponential",
  mask: Tensor | undefined,
): { readonly gains: Tensor; readonly score: Tensor; readonly kept: Tensor } {
  const [relevance, score] = broadcastTogether(caller, ["labels", "scores"], [labels, scores]).map(stopGradient) as [
    Tensor,
    Tensor,
  ];
  const kept = mask ?? broadcastTo(true, relevance.shape);
  const known = where(kept, relevance, 0);
  return { gains: gain === "linear" ? known : exponentialGain(known), score, kept };
}
