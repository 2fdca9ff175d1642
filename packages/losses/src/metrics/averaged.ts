/** What is a rate of classes, of class 1 alone, of all together, or as a mean of those of each class? */
import { OutOfRangeError, type Tensor, check, checkClassIndices, where } from "@symloss/core";
import type { OptionValues } from "../options.ts";
import { type ClassCounts, countsByClass, countsOfYes } from "./class-counts.ts";
import { quotient } from "./quotient.ts";

/** The arguments of rates of classes. */
export const rateArguments = {
  /** [batch] the right classes; or [batch, classes] with a 1 for each label that holds, else 0. */
  targets: {
    shape: "[batch] or [batch, classes]",
    elements: ["classIndex", "multiHot"],
    help: "Targets and predictions are both class indices [batch], or both labels [batch, classes].",
  },
  /** The predictions, in the shape of the targets; with a threshold, the score of class 1 or of each label. */
  predictions: {
    shape: "[batch] or [batch, classes]",
    elements: ["classIndex", "multiHot"],
    check: "none",
    help: "Targets and predictions are both class indices [batch], or both labels [batch, classes].",
  },
} as const;

/** The options of rates of classes. */
export const rateOptions = {
  /**
   * "binary": the rate of class 1, or of all labels; "micro": from the counts of all classes together; "macro": the mean over the
   * classes; "weighted": the mean weighted by how many targets a class has; "none": that of each class, [classes]. Default "binary".
   */
  average: { kind: "choice", choices: ["binary", "micro", "macro", "weighted", "none"], default: "binary" },
  /** What a score must be above for a prediction of 1; without it predictions are class indices, or 0 and 1. */
  threshold: { kind: "number" },
  /** How many classes there are, where no axis says it. Default 2. */
  classes: { kind: "count" },
  /** [batch] how much each counts; a tensor has a gradient. Default 1. */
  weights: { kind: "tensor", shape: "[batch]", must: "nonNegative" },
  /** What a rate is whose divisor is 0, before it is averaged. Default 0. */
  whenUndefined: { kind: "number", default: 0 },
} as const;

/** How a rate of classes is declared. */
export interface RateDeclaration<Options = typeof rateOptions> {
  readonly name: string;
  readonly arguments: typeof rateArguments;
  readonly differentiable: false;
  readonly options: Options;
  readonly results: { readonly loss: "[classes] or []" };
}

type RateOptions = OptionValues<typeof rateOptions>;

/** A rate as its dividend and its divisor. */
export type Rate = (counts: ClassCounts) => readonly [dividend: Tensor, divisor: Tensor];

/** The rate, averaged. Throws `OutOfRangeError`, naming the function, if classes differs from the axis of labels. */
export function averagedRate(
  caller: string,
  targets: Tensor,
  predictions: Tensor,
  options: RateOptions,
  rate: Rate,
): Tensor {
  const countsOf = targets.rank === 1 ? countsOfClasses : countsOfLabels;
  const counts = countsOf(caller, targets, predictions, options);
  const rateOf = (own: ClassCounts): Tensor => quotient(...rate(own), options.whenUndefined);
  return averages[options.average](counts, rateOf, options.whenUndefined);
}

/** [classes], or of class 1 []. */
function countsOfClasses(
  caller: string,
  targets: Tensor,
  predictions: Tensor,
  { average, threshold, classes = 2, weights }: RateOptions,
): ClassCounts {
  const right = checkClassIndices(caller, "targets", targets, classes);
  const predicted =
    threshold === undefined
      ? checkClassIndices(caller, "predictions", predictions, classes)
      : predictions.greater(threshold).cast("int32");
  return average === "binary"
    ? countsOfYes(right.equal(1), predicted.equal(1), null, weights)
    : countsByClass(right, predicted, classes, weights);
}

/** [classes], or of all labels together []. */
function countsOfLabels(
  caller: string,
  targets: Tensor,
  predictions: Tensor,
  { average, threshold, classes, weights }: RateOptions,
): ClassCounts {
  const [batch, labels] = targets.shape;
  if (classes !== undefined && classes !== labels) {
    throw new OutOfRangeError(
      `${caller}: classes must be the length of the last axis of targets, got ${classes} for ${targets}.`,
    );
  }
  const predicted =
    threshold === undefined
      ? check(caller, "predictions", predictions, { kind: "multiHot" }).notEqual(0)
      : predictions.greater(threshold);
  const ofRow = weights?.broadcastTo([batch!]).expandDims(1);
  return countsOfYes(targets.notEqual(0), predicted, average === "binary" ? null : 0, ofRow);
}

type RateOf = (counts: ClassCounts) => Tensor;

const averages: {
  readonly [Average in RateOptions["average"]]: (counts: ClassCounts, rateOf: RateOf, whenUndefined: number) => Tensor;
} = {
  binary: (counts, rateOf) => rateOf(counts),
  none: (counts, rateOf) => rateOf(counts),
  macro: (counts, rateOf) => rateOf(counts).mean(),
  micro: ({ hits, targets, predictions, total }, rateOf) =>
    rateOf({ hits: hits.sum(), targets: targets.sum(), predictions: predictions.sum(), total: total.sum() }),
  weighted: (counts, rateOf, whenUndefined) => {
    const { targets } = counts;
    // A class without targets may have a rate of NaN.
    const each = where(targets.equal(0), 0, rateOf(counts).mul(targets));
    return quotient(each.sum(), targets.sum(), whenUndefined);
  },
};
