/** Which functions reduce axes, or normalise or accumulate along one? */
import { DTypeError } from "../array/errors.ts";
import { div, neg, square, sub } from "./elementwise.ts";
import type { CumulativeOptions, ReductionArguments, ReductionOptions } from "./methods.ts";
import { type TensorLike, type Tensor, makeTensor } from "./tensor.ts";
import { asTensor, expand, scalar, toDType, toFloat } from "./operand.ts";
import { type Axes, normalizeAxes, normalizeAxis } from "../array/axes.ts";
import { type Shape, isConcrete, keepAxes as keptShape } from "../array/shape.ts";
import {
  type OptionRule,
  type OptionTable,
  axesRule,
  axisRule,
  checkOptions,
  flagRule,
  refuseSurplus,
} from "../array/options.ts";

/** The sum over the axes; 0 over an empty axis. For bools it is the count. */
export function sum(x: TensorLike, options?: ReductionArguments): Tensor {
  refuseSurplus("sum", arguments, argumentNames, "axis");
  const tensor = numeric("sum", x);
  const { axes, finish } = reductionOf("sum", tensor, options);
  return finish(makeTensor("sum", [tensor], { axes }));
}

/** The mean over the axes; NaN over an empty axis. */
export function mean(x: TensorLike, options?: ReductionArguments): Tensor {
  refuseSurplus("mean", arguments, argumentNames, "axis");
  const tensor = toFloat(asTensor(x, "mean", "x"));
  const { axes, finish } = reductionOf("mean", tensor, options);
  const total = makeTensor("sum", [tensor], { axes });
  return finish(div(total, expand(count(tensor, axes), total.shape)));
}

/** The largest element over the axes; NaN if any is. Ties share the gradient. Throws `ShapeError` if an axis is empty. */
export function max(x: TensorLike, options?: ReductionArguments): Tensor {
  refuseSurplus("max", arguments, argumentNames, "axis");
  const tensor = numeric("max", x);
  const { axes, finish } = reductionOf("max", tensor, options);
  return finish(makeTensor("max", [tensor], { axes }));
}

/** The smallest element over the axes; NaN if any is. Ties share the gradient. Throws `ShapeError` if an axis is empty. */
export function min(x: TensorLike, options?: ReductionArguments): Tensor {
  refuseSurplus("min", arguments, argumentNames, "axis");
  const tensor = neg(numeric("min", x));
  const { axes, finish } = reductionOf("min", tensor, options);
  return neg(finish(makeTensor("max", [tensor], { axes })));
}

/** The population variance over the axes, computed from the centred elements; NaN over an empty axis. */
export function variance(x: TensorLike, options?: ReductionArguments): Tensor {
  refuseSurplus("variance", arguments, argumentNames, "axis");
  const tensor = toFloat(asTensor(x, "variance", "x"));
  const { axes } = reductionOf("variance", tensor, options);
  return mean(square(sub(tensor, mean(tensor, { axis: axes, keepAxes: true }))), options);
}

/** The index (int32) of the first largest element along the axis, or of the first NaN if there is one; without an axis, in the flattened tensor. */
export function argmax(
  x: TensorLike,
  options?: number | null | { readonly axis?: number | null; readonly keepAxes?: boolean },
): Tensor {
  refuseSurplus("argmax", arguments, argumentNames);
  const tensor = asTensor(x, "argmax", "x");
  const { axis, keepAxes } = readOptions("argmax", options, oneAxis);
  if (axis === null) {
    const flat = makeTensor("argmax", [makeTensor("reshape", [tensor], { shape: [tensor.size] })], { axis: 0 });
    return keepAxes
      ? expand(
          flat,
          tensor.shape.map(() => 1),
        )
      : flat;
  }
  const position = normalizeAxis("argmax", axis, tensor.rank);
  const result = makeTensor("argmax", [tensor], { axis: position });
  return keepAxes ? makeTensor("reshape", [result], { shape: keptShape(tensor.shape, [position]) }) : result;
}

/** exp(x) / sum(exp(x)) along the axis, the last by default, without overflow. */
export function softmax(x: TensorLike, axis = -1): Tensor {
  refuseSurplus("softmax", arguments, ["x", "axis"]);
  const tensor = toFloat(asTensor(x, "softmax", "x"));
  return makeTensor("softmax", [tensor], { axis: normalizeAxis("softmax", axis, tensor.rank) });
}

/** log(softmax(x)) along the axis, the last by default, without overflow or cancellation. */
export function logSoftmax(x: TensorLike, axis = -1): Tensor {
  refuseSurplus("logSoftmax", arguments, ["x", "axis"]);
  const tensor = toFloat(asTensor(x, "logSoftmax", "x"));
  return makeTensor("logSoftmax", [tensor], { axis: normalizeAxis("logSoftmax", axis, tensor.rank) });
}

/**
 * The sums of the elements up to each, itself included, along an axis, the last by default; in reverse, from each on. As accurate as `sum`;
 * for bools they are counts. From a NaN on everything is NaN. Throws `OutOfRangeError` if x has no such axis.
 * @example await evaluate(cumsum([1, 2, 4]), { engine }) // [1, 3, 7]
 */
export function cumsum(x: TensorLike, options: CumulativeOptions = {}): Tensor {
  refuseSurplus("cumsum", arguments, argumentNames);
  checkOptions("cumsum", options, cumulative);
  const { axis = -1, reverse = false } = options;
  const tensor = numeric("cumsum", x);
  return makeTensor("cumsum", [tensor], { axis: normalizeAxis("cumsum", axis, tensor.rank), reverse });
}

/** The number of elements over these axes, a scalar of x's dtype; a constant if the lengths are known. */
export function count(x: Tensor, axes: readonly number[]): Tensor {
  const lengths: Shape = axes.map((axis) => x.shape[axis]!);
  if (isConcrete(lengths))
    return scalar(
      lengths.reduce((left, right) => left * right, 1),
      x.dtype,
    );
  return makeTensor("dimensionSize", [x], { axes, dtype: x.dtype });
}

function numeric(caller: string, x: TensorLike): Tensor {
  const tensor = asTensor(x, caller, "x");
  return tensor.dtype === "bool" ? toDType(tensor, "int32") : tensor;
}

/** The axes that the options name, beside which there may be `more` options; and a function that restores them with length 1 if `keepAxes` is set. */
export function reductionOf(
  caller: string,
  x: Tensor,
  options: ReductionArguments,
  more: Readonly<Record<string, OptionRule>> = {},
): { axes: number[]; finish: (result: Tensor) => Tensor } {
  const { axis, keepAxes } = readOptions(caller, options, { ...severalAxes, ...more });
  const axes = normalizeAxes(caller, axis, x.rank);
  const finish = (result: Tensor) =>
    keepAxes ? makeTensor("reshape", [result], { shape: keptShape(x.shape, axes) }) : result;
  return { axes, finish };
}

const argumentNames = ["x", "options"] as const;

const severalAxes: OptionTable<ReductionOptions> = { axis: axesRule, keepAxes: flagRule };

const oneAxis: OptionTable<ReductionOptions> = {
  axis: {
    must: "an integer or null",
    holds: (value) => value === null || typeof value === "number",
    error: DTypeError,
  },
  keepAxes: flagRule,
};

const cumulative: OptionTable<CumulativeOptions> = { axis: axisRule, reverse: flagRule };

/** An argument that is not a record is the axis itself. */
function readOptions<A extends Axes>(
  caller: string,
  given: A | { readonly axis?: A | undefined; readonly keepAxes?: boolean | undefined } | undefined,
  table: OptionTable<ReductionOptions>,
): { axis: A | null; keepAxes: boolean } {
  const bare = given === undefined || given === null || typeof given === "number" || Array.isArray(given);
  const options = bare ? { axis: given as A | null | undefined } : given;
  checkOptions(caller, options, table);
  const { axis = null, keepAxes = false } = options as { axis?: A; keepAxes?: boolean };
  return { axis, keepAxes };
}
