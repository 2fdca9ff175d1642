/** How do losses become one number? The only place that reduces. */
import {
  type DType,
  OutOfRangeError,
  type Tensor,
  type TensorLike,
  asTensors,
  broadcastTo,
  notEqual,
  sum,
  toFloat,
  weightedBy,
  where,
} from "@symloss/core";
import { type OptionTable, type OptionValues, givenOptions, readOptions } from "./options.ts";

/**
 * What of losses l with weights w is taken, where n is the number of entries that the mask keeps:
 * `none` w l, 0 where masked; `sum` sum w l; `mean` sum w l / n; `weightedMean` sum w l / sum w;
 * `meanOverNonzero` sum w l / number of kept entries with w other than 0.
 */
export type Reduction = "none" | "sum" | Mean;

/** A reduction that divides by what it counts. */
export type Mean = (typeof means)[number];

/** Which losses count, and how much. */
interface Weighting {
  /**
   * How much each entry counts; a tensor has a gradient. Broadcasts to the shape of the loss, aligned at the last axis: of losses [rows, n],
   * weights [n] weigh columns, also where there are n rows; weights of rows are [rows, 1]. Default 1.
   */
  readonly weights?: TensorLike | undefined;
  /** Which entries count: booleans, or numbers other than 0; broadcasts to the shape of the loss, as weights do. By default all. */
  readonly mask?: TensorLike | undefined;
}

/** The options of `reduce`. */
export interface ReduceOptions extends Weighting {
  /** Default "mean". */
  readonly reduction?: Reduction | undefined;
  /**
   * What the sum is divided by, a number or a scalar tensor, 0 or above: instead of the number of entries with "mean", and at all with
   * "sum". Other reductions have a divisor of their own, or none.
   */
  readonly denominator?: TensorLike | undefined;
  /** What a division by 0 gives: of no entries, or by weights whose sum is 0. Default NaN. */
  readonly whenEmpty?: number | undefined;
}

/** The options of `reduceParts`. */
export interface ReducePartsOptions extends Weighting {
  /** Default "mean". */
  readonly reduction?: Mean | undefined;
}

/** A sum, and what it is divided by to be a mean: scalars, both of which add up over batches. */
export interface ReducedParts {
  readonly sum: Tensor;
  readonly count: Tensor;
}

const means = ["mean", "weightedMean", "meanOverNonzero"] as const;

const weighting = {
  weights: { kind: "tensor", shape: "the shape of loss" },
  mask: { kind: "mask", shape: "the shape of loss" },
} as const satisfies OptionTable;

const table = {
  reduction: { kind: "choice", choices: ["none", "sum", ...means], default: "mean" },
  ...weighting,
  denominator: { kind: "tensor", shape: "[]", must: "nonNegative" },
  whenEmpty: { kind: "number", default: Number.NaN },
} as const satisfies OptionTable;

const partsTable = {
  reduction: { kind: "choice", choices: means, default: "mean" },
  ...weighting,
} as const satisfies OptionTable;

/**
 * Losses [..] as one number, or with reduction "none" each with its weight [..].
 *
 * A masked entry has no influence on the value, whatever it holds, NaN included, and its own gradient is exactly 0. A
 * weight of 0 drops an infinite loss, but carries NaN. Where a masked loss was computed from a NaN, the gradient with
 * respect to what it was computed from is 0 times NaN, which is NaN: of that row's inputs, and of a parameter that all
 * rows share. Mask such inputs too: `where(mask, x, 0)`.
 * Weights and a mask of fewer axes than the loss are aligned at its last: `[n]` are those of the columns of `[n, n]`, and `[n, 1]` of its rows.
 * With a denominator the sum is divided by that, and not by what is counted: by the tokens of all batches whose gradients are
 * accumulated, or by the positive anchors.
 * Throws `OutOfRangeError` if the reduction is unknown, or the denominator is below 0 or given with a reduction that has a divisor of
 * its own or none, and `ShapeError` if weights or mask do not broadcast to the shape of the loss, or the denominator is no scalar.
 * @example await evaluate(reduce([1, 2, 6], { weights: [1, 1, 0], reduction: "weightedMean" }), { engine }) // 1.5
 * @example await evaluate(reduce([1, NaN, 3], { mask: [true, false, true] }), { engine }) // 2
 * @example await evaluate(reduce([[1, 2], [3, 4]], { weights: [1, 0], reduction: "sum" }), { engine }) // 4
 * @example await evaluate(reduce([[1, 2], [3, 4]], { weights: [[1], [0]], reduction: "sum" }), { engine }) // 3
 * @example await evaluate(reduce([1, 2, 6], { denominator: 18 }), { engine }) // 0.5
 */
export function reduce(loss: TensorLike, options?: ReduceOptions): Tensor {
  const { losses, read } = readReduction("reduce", table, loss, options);
  const { reduction, denominator, whenEmpty } = read;
  if (denominator !== undefined) refuseSecondDivisor(reduction);
  const weighed = weigh(losses, read);
  if (reduction === "none") return weighed.losses;
  if (reduction === "sum" && denominator === undefined) return weighed.losses.sum();
  const divisor = denominator?.cast(losses.dtype) ?? counts[reduction as Mean](weighed);
  const empty = divisor.equal(0);
  return where(empty, whenEmpty, weighed.losses.sum().div(where(empty, 1, divisor)));
}

/**
 * The sum of losses [..], and the count that it is divided by, as scalars: the mean over batches, or workers, of any size is the sum of
 * all sums divided by that of all counts.
 *
 * By reduction, the count is the number of entries that the mask keeps ("mean"), the sum of their weights ("weightedMean"), or the
 * number of those whose weight is not 0 ("meanOverNonzero"). Weights and mask act as in `reduce`.
 * Throws `OutOfRangeError` if the reduction is no mean and `ShapeError` if weights or mask do not broadcast to the shape of the loss.
 * @example await evaluate(reduceParts([1, 2, 6], { mask: [true, true, false] }).sum, { engine }) // 3
 * @example await evaluate(reduceParts([1, 2, 6], { mask: [true, true, false] }).count, { engine }) // 2
 */
export function reduceParts(loss: TensorLike, options?: ReducePartsOptions): ReducedParts {
  const { losses, read } = readReduction("reduceParts", partsTable, loss, options);
  const weighed = weigh(losses, read);
  return { sum: weighed.losses.sum(), count: counts[read.reduction](weighed) };
}

/** The losses as floats, and the options. A mask and a denominator are no factors, and so do not affect the dtype. */
function readReduction<Table extends OptionTable>(
  caller: string,
  ownTable: Table,
  loss: TensorLike,
  given: object | undefined,
): { readonly losses: Tensor; readonly read: OptionValues<Table> } {
  const options = givenOptions(caller, ownTable, given);
  const weights = options["weights"] as TensorLike | undefined;
  const isArray = weights !== undefined && typeof weights !== "number";
  const [losses, met] = asTensors(caller, isArray ? { loss, weights } : { loss }).map(toFloat) as [Tensor, Tensor?];
  const precision = losses.dtype === "float64" ? "float64" : "float32";
  const shapeOf = (shape: string) => (shape === "[]" ? [] : losses.shape);
  const read = readOptions(
    { caller, shapeOf, precision },
    ownTable,
    met === undefined ? options : { ...options, weights: met },
  );
  return { losses, read };
}

/** A quotient has one divisor. */
function refuseSecondDivisor(reduction: Reduction): void {
  if (reduction === "sum" || reduction === "mean") return;
  throw new OutOfRangeError(
    `reduce: denominator must be given with reduction "sum" or "mean", got ${JSON.stringify(reduction)}. ` +
      (reduction === "none" ? "It sums nothing." : "It has a divisor of its own."),
  );
}

/** Losses with their weights. */
interface Weighed {
  /** [..] 0 where masked. */
  readonly losses: Tensor;
  /** [..] 0 where masked. */
  readonly weights: Tensor;
  /** [..] whether the mask keeps the entry. */
  readonly kept: Tensor;
}

function weigh(losses: Tensor, { weights, mask }: OptionValues<typeof weighting>): Weighed {
  const kept = broadcastTo(mask ?? true, losses.shape);
  // Selected before anything multiplies, so that 0 never meets what a masked entry holds.
  const chosen = where(kept, losses, 0);
  const weight = where(kept, weights ?? 1, 0).cast(losses.dtype);
  return { losses: weights === undefined ? chosen : weightedBy(chosen, weight), weights: weight, kept };
}

/** What a mean divides by. */
const counts: { readonly [M in Mean]: (weighed: Weighed) => Tensor } = {
  mean: ({ kept, losses }) => count(kept, losses.dtype),
  weightedMean: ({ weights }) => sum(weights),
  meanOverNonzero: ({ weights, losses }) => count(weights, losses.dtype),
};

/** How many elements are not 0, counted as integers and exact to the precision of what is divided by it. */
function count(x: Tensor, dtype: DType): Tensor {
  return notEqual(x, 0).sum().cast(dtype);
}
