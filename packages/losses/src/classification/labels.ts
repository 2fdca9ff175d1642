/** Which share of a row has each class, by its labels? What losses of classes have in common. */
import { type Dimension, ShapeError, type Tensor, arange, div, notEqual, sub, where, zeros } from "@symloss/core";

/** (1 - s) y + s / C of labels y [.., classes] with the smoothing s [..], if there is one. */
export function smoothed(labels: Tensor, smoothing: Tensor | undefined): Tensor {
  if (smoothing === undefined) return labels;
  const share = smoothing.expandDims(-1);
  return labels.mul(sub(1, share)).add(share.mul(oneOf(labels.shape.at(-1)!)));
}

/** (1 - s) z + s / 2 of the probability z of a yes. */
export function smoothedBinary(labels: Tensor, smoothing: Tensor | undefined): Tensor {
  return smoothing === undefined ? labels : labels.mul(sub(1, smoothing)).add(smoothing.mul(0.5));
}

/** One class of so many; of a named number of classes it is known when the graph runs. */
function oneOf(classes: Dimension): Tensor | number {
  return typeof classes === "number" ? 1 / classes : div(1, zeros([classes]).add(1).sum());
}

/** [.., classes] whether the class is the right one, of class indices [..] or rows [.., classes] of 0 and 1. Throws if the number of classes is a name. */
export function rightClass(caller: string, scores: Tensor, labels: Tensor): Tensor {
  const classes = scores.shape.at(-1)!;
  if (typeof classes === "string") {
    throw new ShapeError(`${caller}: the number of classes must be a number, got ${scores}.`);
  }
  return labels.rank === scores.rank ? notEqual(labels, 0) : labels.expandDims(-1).equal(arange(classes));
}

/** Whether labels are class indices; otherwise they are rows of shares. */
export function isIndex(labels: Tensor): boolean {
  return labels.dtype === "int32";
}

/** [..] what rows [.., classes] have at class indices [..]. */
export function pick(rows: Tensor, index: Tensor): Tensor {
  return rows.takeAlongAxis(index.expandDims(-1)).squeeze(-1);
}

/** [..] the weight of each class index, of weights [classes]. */
export function weightOf(weights: Tensor, index: Tensor): Tensor {
  // A table of lengths that are known only when a graph runs can't be made a list.
  const isTable = index.rank > 1 && index.shape.some((length) => typeof length === "string");
  return isTable ? pick(weights.reshape([...index.shape.map(() => 1), -1]), index) : weights.take(index);
}

/** Labels as they are where no row is ignored. */
export interface Kept {
  readonly labels: Tensor;
  /** [.., classes] */
  readonly rows: Tensor;
  /** Puts 0 for what ignored rows give. */
  readonly finish: (losses: Tensor) => Tensor;
}

/** Replaces ignored rows, and their labels, before anything is computed of them: they may hold NaN. */
export function withoutIgnored(labels: Tensor, rows: Tensor, ignoreIndex: number | undefined): Kept {
  if (ignoreIndex === undefined) return { labels, rows, finish: (losses) => losses };
  const isIgnored = labels.equal(ignoreIndex);
  return {
    labels: where(isIgnored, 0, labels),
    // Equal entries suit logits as well as probabilities.
    rows: where(isIgnored.expandDims(-1), 1, rows),
    finish: (losses) => where(isIgnored, 0, losses),
  };
}
