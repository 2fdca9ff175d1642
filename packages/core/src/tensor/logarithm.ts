/** Which functions of logarithms are safe where one is infinite? */
import { customGradient } from "./annotation.ts";
import {
  abs,
  add,
  div,
  equal,
  greater,
  less,
  log,
  logicalAnd,
  maximum,
  mul,
  neg,
  sigmoid,
  softplus,
  sub,
  where,
} from "./elementwise.ts";
import { DTypeError, ShapeError } from "../array/errors.ts";
import type { MaskedReductionArguments, MaskedReductionOptions } from "./methods.ts";
import { type Tensor, type TensorLike, makeTensor } from "./tensor.ts";
import { asTensor, asTensors, broadcastTogether, expand, toDType, toFloat } from "./operand.ts";
import { expandDims } from "./movement.ts";
import { reductionOf, softmax, sum } from "./reduction.ts";
import { broadcastShapes, sameShape } from "../array/broadcast.ts";
import { type OptionRule, isRecord, refuseSurplus } from "../array/options.ts";

/**
 * x log(y), but 0 if x is 0 and y is not NaN: 0 log 0 = 0. The derivative by y is x / y, and that by x is log(y), but both are 0 if x and
 * y are 0.
 * @example await evaluate(xlogy([0, 0, 2], [0, Infinity, 1]), { engine }) // [0, 0, 0]
 */
export function xlogy(x: TensorLike, y: TensorLike): Tensor {
  return entropyTerm(...floats("xlogy", x, y));
}

const entropyTerm = customGradient((x: Tensor, y: Tensor) => {
  const absent = logicalAnd(equal(x, 0), equal(y, y));
  const undefinedRatio = logicalAnd(equal(x, 0), equal(y, 0));
  const safe = where(undefinedRatio, 1, y);
  return {
    value: where(absent, 0, mul(x, log(y))),
    gradient: (g) => [mul(g, log(safe)), mul(g, where(undefinedRatio, 0, div(x, safe)))],
  };
});

/**
 * log(exp(x) + exp(y)) without overflow. If both are -Infinity it is -Infinity, with the gradient 0; two of Infinity get one half each.
 * @example await evaluate(logAddExp([0, 1e4, -Infinity], [0, 0, 3]), { engine }) // [0.6931472, 10000, 3]
 */
export function logAddExp(x: TensorLike, y: TensorLike): Tensor {
  return addExponentials(...floats("logAddExp", x, y));
}

const addExponentials = customGradient((x: Tensor, y: Tensor) => {
  // An infinity minus itself would be NaN.
  const same = logicalAnd(equal(x, y), equal(abs(x), Infinity));
  const lead = sub(where(same, 0, x), where(same, 0, y));
  const impossible = logicalAnd(same, less(x, 0));
  return {
    value: add(maximum(x, y), softplus(neg(abs(lead)))),
    gradient: (g) => [lead, neg(lead)].map((by) => where(impossible, 0, mul(g, sigmoid(by)))),
  };
});

/**
 * log(sum(exp(x))) over the axes, without overflow; -Infinity over an empty axis. With a mask, which broadcasts to x, only the entries
 * that it keeps count: a masked one has no influence on value or gradient, whatever it holds, and where none is kept the result is
 * -Infinity, with the gradient 0.
 * Throws `ShapeError` if the mask does not broadcast to the shape of x.
 * @example await evaluate(logSumExp([0, 0, NaN], { mask: [true, true, false] }), { engine }) // 0.6931472
 */
export function logSumExp(x: TensorLike, options?: MaskedReductionArguments): Tensor {
  refuseSurplus("logSumExp", arguments, ["x", "options"], "axis");
  const tensor = toFloat(asTensor(x, "logSumExp", "x"));
  const { axes, finish } = reductionOf("logSumExp", tensor, options, { mask: arrayRule });
  const mask = isRecord(options) ? (options as MaskedReductionOptions).mask : undefined;
  // One axis after another, the last first, so that the positions of the remaining ones stay valid.
  if (mask === undefined) return finish(axes.reduceRight((partial, axis) => alongAxis(partial, axis), tensor));
  const masked = { entries: tensor, mask: maskOf("logSumExp", tensor, mask) };
  return finish(axes.reduceRight(keptAlongAxis, masked).entries);
}

const arrayRule: OptionRule = { must: "an array", holds: () => true, error: DTypeError };

interface Masked {
  readonly entries: Tensor;
  readonly mask: Tensor;
}

function alongAxis(x: Tensor, axis: number): Tensor {
  return makeTensor("logSumExp", [x], { axis });
}

/** What is left is kept where anything was. */
function keptAlongAxis({ entries, mask }: Masked, axis: number): Masked {
  return { entries: logSumExpOfKept(entries, mask, axis), mask: greater(sum(mask, axis), 0) };
}

function logSumExpOfKept(entries: Tensor, mask: Tensor, axis: number): Tensor {
  return customGradient((x: Tensor) => ({
    value: alongAxis(where(mask, x, -Infinity), axis),
    gradient: (g) => {
      const whole = expandDims(logSumExpOfKept(x, mask, axis), axis);
      // Infinite entries share the gradient of an infinite result, as without a mask, but only those that are kept.
      const ties = where(equal(x, whole), 0, -Infinity);
      const shares = softmax(where(mask, where(equal(abs(whole), Infinity), ties, x), -Infinity), axis);
      return [where(mask, mul(expandDims(g, axis), shares), 0)];
    },
  }))(entries);
}

function maskOf(caller: string, x: Tensor, given: TensorLike): Tensor {
  const mask = asTensor(given, caller, "mask");
  const common = broadcastShapes(mask.shape, x.shape);
  if (common === undefined || !sameShape(common, x.shape)) {
    throw new ShapeError(`${caller}: mask must broadcast to the shape of x, got ${mask} for ${x}.`);
  }
  return expand(toDType(mask, "bool"), x.shape);
}

function floats(caller: string, x: TensorLike, y: TensorLike): [Tensor, Tensor] {
  const operands = asTensors(caller, { x, y }).map(toFloat);
  return broadcastTogether(caller, ["x", "y"], operands) as [Tensor, Tensor];
}
