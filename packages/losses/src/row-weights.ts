/** Which rows count, and how much, by their labels? What `reduce` takes as mask and as weights. */
import {
  type Tensor,
  type TensorLike,
  asTensor,
  check,
  checkClassIndices,
  notEqual,
  toFloat,
  where,
} from "@symloss/core";
import { requireRule } from "@symloss/core/engine";
import { bindShapes } from "./check.ts";
import { weightOf } from "./classification/labels.ts";
import { type OptionTable, givenOptions, intRule } from "./options.ts";

/** The options of `rowWeights`. */
export interface RowWeightsOptions {
  /** The label of rows that have no weight; it may be no class. */
  readonly ignoreIndex?: number | undefined;
}

const table = { ignoreIndex: { kind: "int" } } as const satisfies OptionTable;

/**
 * Which labels [..] are not `ignoreIndex`: a mask for `reduce`, so that ignored rows are not counted.
 *
 * Throws `OutOfRangeError` if ignoreIndex is no integer.
 * @example await evaluate(rowMask([2, -100, 0], -100), { engine }) // [true, false, true]
 */
export function rowMask(labels: TensorLike, ignoreIndex: number): Tensor {
  requireRule("rowMask", "ignoreIndex", intRule, ignoreIndex);
  return notEqual(asTensor(labels, "rowMask", "labels"), ignoreIndex);
}

/**
 * The weight of each row, that of its class: of labels [..] and classWeights [classes]; 0 where the label is `ignoreIndex`. With
 * `reduce(loss, { weights, reduction: "weightedMean" })` it is the mean of PyTorch and ONNX.
 *
 * Throws `ShapeError` if classWeights is not [classes] and `OutOfRangeError` if labels from the host are neither integers from 0 to
 * classes - 1 nor ignoreIndex, or weights from the host are below 0.
 * @example await evaluate(rowWeights([2, -100, 0], [1, 2, 0.5], { ignoreIndex: -100 }), { engine }) // [0.5, 0, 1]
 */
export function rowWeights(labels: TensorLike, classWeights: TensorLike, options?: RowWeightsOptions): Tensor {
  const caller = "rowWeights";
  const { ignoreIndex } = givenOptions(caller, table, options) as RowWeightsOptions;
  const rows = { name: "labels", shape: "[..]", tensor: asTensor(labels, caller, "labels") };
  const classes = {
    name: "classWeights",
    shape: "[classes]",
    tensor: toFloat(asTensor(classWeights, caller, "classWeights")),
  };
  bindShapes(caller, [rows, classes], false);
  const weights = check(caller, classes.name, classes.tensor, { kind: "nonNegative" });
  const index = checkClassIndices(caller, rows.name, rows.tensor, weights.shape[0]!, ignoreIndex);
  if (ignoreIndex === undefined) return weightOf(weights, index);
  const ignored = index.equal(ignoreIndex);
  return where(ignored, 0, weightOf(weights, where(ignored, 0, index)));
}
