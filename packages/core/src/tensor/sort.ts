/** How are elements sorted along an axis? */
import { normalizeAxis } from "../array/axes.ts";
import { type OptionTable, axisRule, checkOptions, flagRule, refuseSurplus } from "../array/options.ts";
import type { SortOptions } from "./methods.ts";
import { asTensor, toDType } from "./operand.ts";
import { type Tensor, type TensorLike, makeTensor } from "./tensor.ts";

/**
 * x with the elements along an axis, the last by default, in ascending or descending order. NaN comes last in both. The gradient of an
 * element goes to where it came from; of equal elements the one with the smaller index comes first in both orders.
 * Throws `OutOfRangeError` if x has no such axis.
 * @example await evaluate(sort([3, 1, 2], { descending: true }), { engine }) // [3, 2, 1]
 */
export function sort(x: TensorLike, options: SortOptions = {}): Tensor {
  refuseSurplus("sort", arguments, argumentNames);
  const tensor = asTensor(x, "sort", "x");
  const { axis, descending } = readOptions("sort", tensor, options);
  return makeTensor("takeAlongAxis", [tensor, indicesOf(tensor, axis, descending)], { axis });
}

/**
 * The indices (int32) at which the elements of `sort(x, options)` stand in x. Throws `OutOfRangeError` if x has no such axis.
 * @example await evaluate(argsort([3, 1, 2]), { engine }) // [1, 2, 0]
 */
export function argsort(x: TensorLike, options: SortOptions = {}): Tensor {
  refuseSurplus("argsort", arguments, argumentNames);
  const tensor = asTensor(x, "argsort", "x");
  const { axis, descending } = readOptions("argsort", tensor, options);
  return indicesOf(tensor, axis, descending);
}

const argumentNames = ["x", "options"] as const;

const optionTable: OptionTable<SortOptions> = { axis: axisRule, descending: flagRule };

function readOptions(caller: string, x: Tensor, options: SortOptions): { axis: number; descending: boolean } {
  checkOptions(caller, options, optionTable);
  const { axis = -1, descending = false } = options;
  return { axis: normalizeAxis(caller, axis, x.rank), descending };
}

function indicesOf(x: Tensor, axis: number, descending: boolean): Tensor {
  return makeTensor("argsort", [x.dtype === "bool" ? toDType(x, "int32") : x], { axis, descending });
}
