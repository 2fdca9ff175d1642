/** Which primitive operations exist, and what does each mean? Everything else is said in terms of these. */
import type { Check } from "./check.ts";
import type { DType, TypedArray } from "./dtype.ts";
import type { Dimension, Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** An operation without attributes. */
export type None = Readonly<Record<string, never>>;

/**
 * The operations that an engine runs, and their attributes.
 * Elementwise operations take operands of one shape; broadcasting is always said by `broadcastTo`.
 * Operands of arithmetic and comparison have one dtype; conversion is always said by `cast`.
 */
export interface OperationAttributes {
  /** An array that comes from the host or a device when the graph runs. */
  input: { readonly name: string; readonly shape: Shape; readonly dtype: DType };
  /** An array that is known now; `data` is never changed. Most are scalars. */
  constant: { readonly data: TypedArray; readonly shape: readonly number[]; readonly dtype: DType };
  /** `[0, 1, .. size - 1]`, int32. */
  iota: { readonly size: number };
  /** The product of the run-time lengths of these axes of the operand, a scalar of `dtype`; occurs only where a dimension has a name. */
  dimensionSize: { readonly axes: readonly number[]; readonly dtype: DType };

  // Elementwise, one operand. Float results for float operands; neg, abs, sign, relu also int32.
  neg: None;
  abs: None;
  /** -1, 0 or 1; NaN for NaN. */
  sign: None;
  exp: None;
  /** exp(x) - 1, exact near 0. */
  expm1: None;
  log: None;
  /** log(1 + x), exact near 0. */
  log1p: None;
  sqrt: None;
  tanh: None;
  /** 1 / (1 + exp(-x)), with full relative accuracy in both tails. */
  sigmoid: None;
  /** log(1 + exp(x)) without overflow, with full relative accuracy in the left tail. */
  softplus: None;
  /** max(x, 0); NaN for NaN; its derivative at 0 is 0. */
  relu: None;
  /** bool to bool. */
  logicalNot: None;

  // Elementwise, two operands.
  add: None;
  sub: None;
  mul: None;
  /** Floats only: the quotient of integers is said by casts. */
  div: None;
  /** x to the power y, as `Math.pow`; int32 powers are truncated. */
  pow: None;
  /** The larger; NaN where either is; ties give each side half of the gradient. */
  maximum: None;
  minimum: None;
  /** Any dtype to bool; NaN equals nothing. */
  equal: None;
  less: None;
  lessEqual: None;
  /** bool to bool. */
  logicalAnd: None;
  logicalOr: None;

  /** (condition, x, y): x where the condition holds, else y; the other side has no influence, NaN included. */
  where: None;
  /** To int32 truncates, saturates and makes NaN 0; to bool is `x != 0`. */
  cast: { readonly dtype: DType };

  // Reductions drop their axes.
  /** Relative error at most 1e-6 for ten million float32 of one sign; 0 over nothing. */
  sum: { readonly axes: readonly number[] };
  /** NaN where any element is; the axes are never empty. */
  max: { readonly axes: readonly number[] };
  /** Index (int32) of the first largest element, of the first NaN where there is one. */
  argmax: { readonly axis: number };
  /** log(sum(exp(x))) without overflow. */
  logSumExp: { readonly axis: number };
  /** exp(x) / sum(exp(x)) along the axis, without overflow. */
  softmax: { readonly axis: number };
  /** x - logSumExp(x) along the axis, without cancellation. */
  logSoftmax: { readonly axis: number };

  /** (x, int32 indices of the same rank): `x[.., indices[.., i, ..], ..]`, other axes alike. An index out of range reads some element of x. */
  takeAlongAxis: { readonly axis: number };
  /** (updates, int32 indices of the same shape): zeros with `size` along the axis, updates added at the indices. */
  scatterAdd: { readonly axis: number; readonly size: Dimension };

  // Movement: the elements stay as they are.
  reshape: { readonly shape: Shape };
  /** Axis i of the result is axis `permutation[i]` of the operand. */
  transpose: { readonly permutation: readonly number[] };
  /** As numpy: aligned at the last axis, length 1 repeats. */
  broadcastTo: { readonly shape: Shape };
  slice: { readonly starts: readonly number[]; readonly stops: readonly Dimension[] };
  /** Zeros (false) before and after along each axis. */
  pad: { readonly before: readonly number[]; readonly after: readonly number[] };
  /** Any number of operands, one at least. */
  concat: { readonly axis: number };

  /** [.., m, k] times [.., k, n]: the leading axes are the same on both sides. */
  matmul: None;
}

/**
 * What only the graph passes see: the value is the first operand. Annotations are erased before an engine compiles.
 */
export interface AnnotationAttributes {
  /** A fresh name for a value, so that a gradient can be taken with respect to it alone. */
  identity: None;
  stopGradient: None;
  /** The operand must satisfy `check` where it comes from the host. */
  check: { readonly check: Check };
  /** (value, ...inputs): the gradient flows to the inputs through the user's function alone. */
  customGradient: { readonly gradient: (cotangent: Tensor) => readonly Tensor[] };
}

/** The name of an operation that engines run. */
export type Operation = keyof OperationAttributes;
/** The name of an operation that is erased before an engine compiles. */
export type Annotation = keyof AnnotationAttributes;
/** Any operation of a tensor. */
export type AnyOperation = Operation | Annotation;
/** The attributes of each operation. */
export type Attributes = OperationAttributes & AnnotationAttributes;

/** The name of a unary elementwise operation. */
export type UnaryOperation =
  | "neg"
  | "abs"
  | "sign"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sqrt"
  | "tanh"
  | "sigmoid"
  | "softplus"
  | "relu"
  | "logicalNot";

/** The unary elementwise operations. */
export const unaryOperations: readonly UnaryOperation[] = [
  "neg",
  "abs",
  "sign",
  "exp",
  "expm1",
  "log",
  "log1p",
  "sqrt",
  "tanh",
  "sigmoid",
  "softplus",
  "relu",
  "logicalNot",
];

/** The name of a binary elementwise operation. */
export type BinaryOperation =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "pow"
  | "maximum"
  | "minimum"
  | "equal"
  | "less"
  | "lessEqual"
  | "logicalAnd"
  | "logicalOr";

/** The binary elementwise operations. */
export const binaryOperations: readonly BinaryOperation[] = [
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "maximum",
  "minimum",
  "equal",
  "less",
  "lessEqual",
  "logicalAnd",
  "logicalOr",
];

/** Every operation that engines run: what an engine with all of them declares in its traits. */
export const allOperations: readonly Operation[] = [
  "input",
  "constant",
  "iota",
  "dimensionSize",
  ...unaryOperations,
  ...binaryOperations,
  "where",
  "cast",
  "sum",
  "max",
  "argmax",
  "logSumExp",
  "softmax",
  "logSoftmax",
  "takeAlongAxis",
  "scatterAdd",
  "reshape",
  "transpose",
  "broadcastTo",
  "slice",
  "pad",
  "concat",
  "matmul",
];
