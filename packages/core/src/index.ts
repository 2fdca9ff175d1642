/** What may a user import? */
import "./tensor/fluent.ts";

export { Tensor, isTensor } from "./tensor/tensor.ts";
export type { TensorMethods } from "./tensor/methods.ts";
export type { TensorLike } from "./tensor/tensor.ts";
export { asTensor, asTensors, broadcastTogether, toFloat } from "./tensor/operand.ts";
export { NDArray, type Nested, type NestedArray, isNDArray } from "./array/ndarray.ts";
export { type ArrayInput, type DTypeOf, ndarray } from "./array/convert.ts";
export type { ArrayRecord } from "./array/foreign-array.ts";
export type { ArrayJSON } from "./array/json.ts";
export type { Rows } from "./array/rows.ts";
export type { AnyTypedArray } from "./array/typed-array.ts";
export { describe } from "./array/describe.ts";
export { type DType, type TypedArray, isFloat } from "./array/dtype.ts";
export { type Axes, normalizeAxes } from "./array/axes.ts";
export type { Dimension, Shape } from "./array/shape.ts";
export { broadcastShapes, sameShape } from "./array/broadcast.ts";
export { atan2 } from "./tensor/angle.ts";
export {
  abs,
  add,
  atan,
  cast,
  clip,
  digamma,
  div,
  equal,
  erf,
  exp,
  expm1,
  greater,
  greaterEqual,
  isNaN,
  less,
  lessEqual,
  lgamma,
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
} from "./tensor/elementwise.ts";
export { logAddExp, logSumExp, xlogy } from "./tensor/logarithm.ts";
export type {
  CumulativeOptions,
  MaskedReductionArguments,
  MaskedReductionOptions,
  ReductionArguments,
  ReductionOptions,
  SortOptions,
} from "./tensor/methods.ts";
export { norm, normalize, standardDeviation } from "./tensor/norm.ts";
export { argmax, cumsum, logSoftmax, max, mean, min, softmax, sum, variance } from "./tensor/reduction.ts";
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
  take,
  takeAlongAxis,
  transpose,
  zeros,
} from "./tensor/movement.ts";
export { argsort, sort } from "./tensor/sort.ts";
export { einsum, matmul } from "./tensor/contraction.ts";
export { bincount, segmentSum } from "./tensor/segment.ts";
export { type CustomGradient, check, customGradient, stopGradient } from "./tensor/annotation.ts";
export type { CheckKind } from "./tensor/check.ts";
export { type Gradient, type GradientOptions, type Gradients, grad, valueAndGrad } from "./compile/transform.ts";
// Those that are not for users to write are named by TypeScript where it declares a function that compiles or differentiates another.
export type {
  ArrayArgument,
  Arrays,
  ArraysFor,
  Fixed,
  InPlace,
  Like,
  Likes,
  Outputs,
  Refused,
  Results,
  Signature,
  SignaturesOf,
  TensorTree,
  Together,
} from "./compile/signature.ts";
export { type CompileOptions, type Compiled, compile } from "./compile/compile.ts";
export type { Place, Placed, Placement } from "./compile/placement.ts";
export { type CompiledSync, type SyncDeviceArray, compileSync, evaluateSync } from "./compile/compile-sync.ts";
export { type LeafOf, type Mapped, type Uploaded, dispose, tree, upload } from "./compile/trees.ts";
export { type BatchOptions, type BatchedFunction, vmap } from "./compile/vmap.ts";
export {
  type DerivativeOptions,
  type Jacobian,
  hessian,
  hessianVectorProduct,
  jacobian,
  jvp,
} from "./compile/derivatives.ts";
export { type CheckGradientsOptions, checkGradients } from "./compile/check-gradients.ts";
export type { CheckedDerivative, GradientReport } from "./compile/gradient-report.ts";
export { type ScanOptions, type Tensors, scan } from "./compile/scan.ts";
export { evaluate } from "./compile/evaluate.ts";
export type { StaticValue } from "./compile/static.ts";
export type { DynamicLength } from "./compile/dynamic.ts";
export { type ExplainOptions, explain } from "./compile/explain.ts";
export { type Candidate, type SelectOptions, type Selection, selectEngine } from "./compile/select.ts";
export type { MaybePromise } from "./array/promise.ts";
export type { DeviceArray, Engine, EngineFactory, EngineTraits, Executable, Value } from "./engine/contract.ts";
export type { InputSpec } from "./compile/trace.ts";
export type { Tree } from "./array/tree.ts";
export * from "./array/errors.ts";
