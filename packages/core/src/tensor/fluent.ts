/** How do tensors get their methods? The functions are added to the class here, once. */
import { atan2 } from "./angle.ts";
import { stopGradient } from "./annotation.ts";
import { matmul } from "./contraction.ts";
import * as elementwise from "./elementwise.ts";
import type { TensorMethods } from "./methods.ts";
import { logAddExp, logSumExp, xlogy } from "./logarithm.ts";
import * as movement from "./movement.ts";
import { norm, normalize, standardDeviation } from "./norm.ts";
import { refuseSurplus } from "../array/options.ts";
import * as reduction from "./reduction.ts";
import { argsort, sort } from "./sort.ts";
import { Tensor } from "./tensor.ts";

type Functions = {
  readonly [Name in keyof TensorMethods]: (tensor: Tensor, ...args: Parameters<TensorMethods[Name]>) => Tensor;
};

const { where: _where, weightedBy: _weightedBy, ...primitives } = elementwise;
const elementwiseMethods = { ...primitives, atan2, logAddExp, xlogy };
const { sum, mean, max, min, variance, argmax, softmax, logSoftmax, cumsum } = reduction;
const { reshape, transpose, expandDims, squeeze, broadcastTo, slice, pad, take, takeAlongAxis, oneHot } = movement;

const functions: Functions = {
  ...elementwiseMethods,
  sum,
  mean,
  max,
  min,
  variance,
  standardDeviation,
  norm,
  normalize,
  argmax,
  logSumExp,
  softmax,
  logSoftmax,
  cumsum,
  sort,
  argsort,
  reshape,
  transpose,
  expandDims,
  squeeze,
  broadcastTo,
  slice,
  pad,
  take,
  takeAlongAxis,
  oneHot,
  matmul,
  stopGradient,
};

for (const [name, fn] of Object.entries(functions) as [string, (...args: unknown[]) => Tensor][]) {
  // As a function it may be passed to map or reduce, which pass more arguments than it takes; as a method it can't be.
  const parameters = Object.hasOwn(elementwiseMethods, name) ? ["x", "y", "z"].slice(0, fn.length) : undefined;
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...args: unknown[]): Tensor {
      if (parameters !== undefined) refuseSurplus(name, [this, ...args], parameters);
      return fn(this, ...args);
    },
  });
}
