/** What may a user import? */
import "./fluent.ts";

export { Tensor, isTensor } from "./tensor.ts";
export type { TensorMethods } from "./methods.ts";
export { type TensorLike, asTensor, asTensors, broadcastTogether, toFloat } from "./operand.ts";
export { NDArray, type NestedArray, isNDArray } from "./ndarray.ts";
export { type ArrayInput, ndarray } from "./convert.ts";
export { type AnyTypedArray } from "./typed-array.ts";
export { describe } from "./describe.ts";
export { type DType, type TypedArray, isFloat } from "./dtype.ts";
export { type Axes, type Dimension, type Shape, broadcastShapes, normalizeAxes, sameShape } from "./shape.ts";
export {
  abs,
  add,
  cast,
  clip,
  div,
  equal,
  exp,
  expm1,
  greater,
  greaterEqual,
  isNaN,
  less,
  lessEqual,
  log,
  log1p,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mul,
  neg,
  notEqual,
  pow,
  relu,
  sigmoid,
  sign,
  softplus,
  sqrt,
  square,
  sub,
  tanh,
  weightedBy,
  where,
} from "./elementwise.ts";
export {
  type ReductionArguments,
  type ReductionOptions,
  argmax,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  softmax,
  sum,
  variance,
} from "./reduction.ts";
export {
  arange,
  broadcastTo,
  checkClassIndices,
  concat,
  expandDims,
  eye,
  oneHot,
  ones,
  pad,
  reshape,
  slice,
  squeeze,
  stack,
  takeAlongAxis,
  transpose,
  zeros,
} from "./movement.ts";
export { einsum, matmul } from "./contraction.ts";
export { segmentSum } from "./segment.ts";
export { type CustomGradient, check, customGradient, stopGradient } from "./annotation.ts";
export type { CheckKind } from "./check.ts";
export {
  type AuxiliaryOptions,
  type Gradient,
  type GradientOptions,
  type Gradients,
  type Like,
  type Likes,
  type TensorTree,
  grad,
  valueAndGrad,
} from "./transform.ts";
export { type Arrays, type CompileOptions, type Compiled, type Outputs, type Results, compile } from "./compile.ts";
export { evaluate } from "./evaluate.ts";
export { explain } from "./explain.ts";
export { type Candidate, type SelectOptions, type Selection, selectEngine } from "./select.ts";
export type { DeviceArray, Engine, EngineFactory, EngineTraits, Executable, MaybePromise, Value } from "./engine.ts";
export type { InputSpec } from "./trace.ts";
export type { Tree } from "./tree.ts";
export * from "./errors.ts";
