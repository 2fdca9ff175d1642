/** How many targets of each class have at least each of the scores? */
import { type Tensor, argsort, concat, cumsum, ones, where, zeros } from "@symloss/core";
import { positionsOf, runsOf } from "./runs.ts";

/** Counts at each score, the highest first [.., batch], and of all [..]: int32, or floats if each has a weight. */
export interface RankedCounts {
  /** The scores, the highest first. */
  readonly scores: Tensor;
  /** Ones with at least that score: true positives. */
  readonly positivesFrom: Tensor;
  /** Zeros with at least that score: false positives. */
  readonly negativesFrom: Tensor;
  readonly positives: Tensor;
  readonly negatives: Tensor;
}

/** The counts of targets, 0 or 1, and scores [.., batch]; equal scores have equal counts. A weight broadcasts to them. */
export function rankedCounts(targets: Tensor, scores: Tensor, weights: Tensor = ones([], "int32")): RankedCounts {
  const order = argsort(scores, { descending: true });
  const sorted = scores.takeAlongAxis(order);
  const { last } = runsOf(sorted);
  const isPositive = targets.notEqual(0);
  const [ofPositives, ofNegatives] = [isPositive, isPositive.logicalNot()].map((isCounted) => {
    const each = where(isCounted, weights.broadcastTo(scores.shape), 0);
    return { all: each.sum(-1), from: cumsum(each.takeAlongAxis(order)).takeAlongAxis(last) };
  }) as [Counted, Counted];
  return {
    scores: sorted,
    positivesFrom: ofPositives.from,
    negativesFrom: ofNegatives.from,
    positives: ofPositives.all,
    negatives: ofNegatives.all,
  };
}

interface Counted {
  readonly all: Tensor;
  readonly from: Tensor;
}

/** Each element of the last axis one place later; the first is 0. */
export function previous(x: Tensor): Tensor {
  const position = positionsOf(x);
  return where(position.equal(0), 0, x.takeAlongAxis(position.sub(1).maximum(0)));
}

/** [batch + 1] counts from an infinite threshold on, above which there is none. */
export function fromNone(counts: Tensor): Tensor {
  return concat([zeros([1], counts.dtype), counts]);
}
