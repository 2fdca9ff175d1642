/** How do losses become one number? The only place that reduces. */
import {
  type DType,
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
import { type OptionTable, arrayOptions, givenOptions, readOptions } from "./options.ts";

/**
 * What of losses l with weights w is taken, where n is the number of entries that the mask keeps:
 * `none` w l, 0 where masked; `sum` sum w l; `mean` sum w l / n; `weightedMean` sum w l / sum w;
 * `meanOverNonzero` sum w l / number of kept entries with w other than 0.
 */
export type Reduction = "none" | "sum" | "mean" | "weightedMean" | "meanOverNonzero";

/** The options of `reduce`. */
export interface ReduceOptions {
  /** Default "mean". */
  readonly reduction?: Reduction | undefined;
  /** Broadcasts to the shape of the loss; a tensor has a gradient. Default 1. */
  readonly weights?: TensorLike | undefined;
  /** Which entries count: booleans, or numbers other than 0; broadcasts to the shape of the loss. By default all. */
  readonly mask?: TensorLike | undefined;
  /** What a division by 0 gives: of no entries, or by weights whose sum is 0. Default NaN. */
  readonly whenEmpty?: number | undefined;
}

const table = {
  reduction: { kind: "choice", choices: ["none", "sum", "mean", "weightedMean", "meanOverNonzero"], default: "mean" },
  weights: { kind: "tensor", shape: "the shape of loss" },
  mask: { kind: "tensor", shape: "the shape of loss", default: 1 },
  whenEmpty: { kind: "number", default: Number.NaN },
} as const satisfies OptionTable;

/**
 * Losses [..] as one number, or with reduction "none" each with its weight [..].
 *
 * A masked entry has no influence on the value, whatever it holds, NaN included, and its own gradient is exactly 0. A
 * weight of 0 drops an infinite loss, but carries NaN. Where a masked loss was computed from a NaN, the gradient with
 * respect to what it was computed from is 0 times NaN, which is NaN: of that row's inputs, and of a parameter that all
 * rows share. Mask such inputs too: `where(mask, x, 0)`.
 * Throws `OutOfRangeError` if the reduction is unknown and `ShapeError` if weights or mask do not broadcast to the shape of
 * the loss.
 * @example await evaluate(reduce([1, 2, 6], { weights: [1, 1, 0], reduction: "weightedMean" }), { engine }) // 1.5
 * @example await evaluate(reduce([1, NaN, 3], { mask: [true, false, true] }), { engine }) // 2
 */
export function reduce(loss: TensorLike, options?: ReduceOptions): Tensor {
  const caller = "reduce";
  const { mask: given, ...rest } = givenOptions(caller, table, options);
  // A mask is not a factor, and so does not affect the dtype.
  const [losses, ...met] = asTensors(caller, { loss, ...arrayOptions(table, rest) }).map(toFloat) as [
    Tensor,
    ...Tensor[],
  ];
  const precision = losses.dtype === "float64" ? "float64" : "float32";
  const context = { caller, shapeOf: () => losses.shape, precision } as const;
  const weighed = met.length === 0 ? {} : { weights: met[0] };
  const { reduction, weights, mask, whenEmpty } = readOptions(context, table, { ...rest, mask: given, ...weighed });
  const kept = broadcastTo(mask, losses.shape);
  // Selected before anything multiplies, so that 0 never meets what a masked entry holds.
  const weight = where(kept, weights ?? 1, 0).cast(losses.dtype);
  const chosen = where(kept, losses, 0);
  const weighted = weights === undefined ? chosen : weightedBy(chosen, weight);
  if (reduction === "none") return weighted;
  if (reduction === "sum") return weighted.sum();
  const denominator = denominators[reduction](weight, kept, losses.dtype);
  const empty = denominator.equal(0);
  return where(empty, whenEmpty, weighted.sum().div(where(empty, 1, denominator)));
}

const denominators: {
  readonly [R in Exclude<Reduction, "none" | "sum">]: (weight: Tensor, kept: Tensor, dtype: DType) => Tensor;
} = {
  mean: (_, kept, dtype) => count(kept, dtype),
  weightedMean: (weight) => sum(weight),
  meanOverNonzero: (weight, _, dtype) => count(weight, dtype),
};

/** How many elements are not 0, counted as integers and exact to the precision of what is divided by it. */
function count(x: Tensor, dtype: DType): Tensor {
  return notEqual(x, 0).sum().cast(dtype);
}
