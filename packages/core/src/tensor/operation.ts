/** Which primitive operations exist, and what does each mean? Everything else is written in terms of these. */
import type { Check } from "./check.ts";
import type { DType, TypedArray } from "../array/dtype.ts";
import type { Dimension, Shape } from "../array/shape.ts";
import type { Tensor } from "./tensor.ts";

/** An operation without attributes. */
export type None = Readonly<Record<string, never>>;

/** Where elements come from. */
interface SourceAttributes {
  /** An array that is passed, from the host or a device, when the graph runs. */
  input: { readonly name: string; readonly shape: Shape; readonly dtype: DType };
  /** An array known in advance; `data` never changes. Most are scalars. */
  constant: { readonly data: TypedArray; readonly shape: readonly number[]; readonly dtype: DType };
  /** `[0, 1, .. size - 1]`, int32. */
  iota: { readonly size: number };
  /** The product of the run-time lengths of these axes of the operand, a scalar of `dtype`; occurs only if a dimension has a name. */
  dimensionSize: { readonly axes: readonly number[]; readonly dtype: DType };
}

/** Elementwise, with one operand and a result of the same dtype. */
interface UnaryAttributes {
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
  /** The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
  erf: None;
  /** The angle from -pi / 2 to pi / 2 whose tangent is x. */
  atan: None;
  /** log |gamma(x)|: Infinity at the poles 0, -1, -2 and so on, and at -Infinity. */
  lgamma: None;
  /** The derivative of lgamma: NaN at the poles, but at 0 an infinity with the sign of -1 / x. */
  digamma: None;
  /** 1 / (1 + exp(-x)), with full relative accuracy in both tails. */
  sigmoid: None;
  /** log(1 + exp(x)) without overflow, with full relative accuracy in the left tail. */
  softplus: None;
  /** max(x, 0); NaN for NaN; its derivative at 0 is 0. */
  relu: None;
  /** bool to bool. */
  logicalNot: None;
}

/** Elementwise, with two operands of the same shape and dtype: broadcasting is always a `broadcastTo`, conversion always a `cast`. */
interface BinaryAttributes {
  add: None;
  sub: None;
  mul: None;
  /** Floats only: to divide integers, cast them first. */
  div: None;
  /** x to the power y, like `Math.pow`; int32 powers are truncated. */
  pow: None;
  /** The larger; NaN if either is; ties give each side half of the gradient. */
  maximum: None;
  minimum: None;
  /** Any dtype to bool; NaN equals nothing. */
  equal: None;
  less: None;
  lessEqual: None;
  /** bool to bool. */
  logicalAnd: None;
  logicalOr: None;
}

/** Elementwise, but neither unary nor binary: the operands have several dtypes, or the result has another. */
interface ChoiceAttributes {
  /** (condition, x, y): x where the condition holds, else y; the other side does not affect the result, even if it is NaN. */
  where: None;
  /** To int32 truncates, saturates and makes NaN 0; to bool is `x != 0`. */
  cast: { readonly dtype: DType };
}

/** The result lacks the reduced axes. */
interface ReductionAttributes {
  /** Relative error at most 1e-6 for ten million float32 values of one sign; 0 over an empty axis. */
  sum: { readonly axes: readonly number[] };
  /** NaN if any element is; the axes are never empty. */
  max: { readonly axes: readonly number[] };
  /** Index (int32) of the first largest element, or of the first NaN if there is one. */
  argmax: { readonly axis: number };
  /** log(sum(exp(x))) without overflow. */
  logSumExp: { readonly axis: number };
}

/** Each row along the axis becomes another row. */
interface RowAttributes {
  /** exp(x) / sum(exp(x)) along the axis, without overflow. */
  softmax: { readonly axis: number };
  /** x - logSumExp(x) along the axis, without cancellation. */
  logSoftmax: { readonly axis: number };
  /**
   * The indices (int32) at which the elements stand in ascending order, or in descending order. NaN comes last in both, and -0 equals 0.
   * Equal elements, and any NaN, stay in the order of their indices.
   */
  argsort: { readonly axis: number; readonly descending: boolean };
  /** The sum of the elements up to each, itself included, or, in reverse, from each on. As accurate as a sum. */
  cumsum: { readonly axis: number; readonly reverse: boolean };
}

/** Elements are read or written at indices. */
interface IndexingAttributes {
  /** (x, int32 indices of the same rank): `x[.., indices[.., i, ..], ..]`, other axes equal. An index out of range reads an unspecified element of x. */
  takeAlongAxis: { readonly axis: number };
  /** (updates, int32 indices of the same shape): zeros, of length `size` along the axis, with the updates added at the indices. */
  scatterAdd: { readonly axis: number; readonly size: Dimension };
}

/** All elements of the operand stay, in other places. */
interface MovementAttributes {
  reshape: { readonly shape: Shape };
  /** Axis i of the result is axis `permutation[i]` of the operand. */
  transpose: { readonly permutation: readonly number[] };
  /** As in NumPy: shapes are aligned at the last axis, and length 1 repeats. */
  broadcastTo: { readonly shape: Shape };
}

/** The result has some of the operand's elements, or additional ones. */
interface RegionAttributes {
  slice: { readonly starts: readonly number[]; readonly stops: readonly Dimension[] };
  /** Zeros (false) before and after along each axis. */
  pad: { readonly before: readonly number[]; readonly after: readonly number[] };
  /** Any number of operands, at least one. */
  concat: { readonly axis: number };
}

/** Sums of products. */
interface ContractionAttributes {
  /** [.., m, k] times [.., k, n]: the leading axes are the same on both sides. */
  matmul: None;
}

/** A function of tensors as a graph of its own: its inputs, and outputs that depend on nothing but these and constants. */
export interface Body {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/** A body is applied again and again. */
interface RecurrenceAttributes {
  /**
   * (initial carries.., sequences.., invariants..): `length` times, the body takes the carries, a slice of each sequence along its first
   * axis (the last slice first if `reverse`), and the invariants, and gives the next carries, then outputs. Of the results (the final
   * carries, the carries before each step, the outputs of each step) this is number `output`; those of each step lie where its slices lay.
   */
  scan: {
    readonly body: Body;
    readonly length: Dimension;
    /** How many carries and how many sequences there are. */
    readonly carries: number;
    readonly sequences: number;
    readonly reverse: boolean;
    readonly output: number;
  };
}

/** The operations that an engine runs, and their attributes. */
export interface OperationAttributes
  extends
    SourceAttributes,
    UnaryAttributes,
    BinaryAttributes,
    ChoiceAttributes,
    ReductionAttributes,
    RowAttributes,
    IndexingAttributes,
    MovementAttributes,
    RegionAttributes,
    ContractionAttributes,
    RecurrenceAttributes {}

/**
 * Seen by the graph passes only: the value is the first operand. Annotations are erased before an engine compiles.
 */
export interface AnnotationAttributes {
  /** A fresh name for a value, so that a gradient can be taken with respect to it alone. */
  identity: None;
  stopGradient: None;
  /** The operand must satisfy `check` if it comes from the host. */
  check: { readonly check: Check };
  /** (value, ...inputs): the gradient flows to the inputs only through the user's function. */
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
export type UnaryOperation = keyof UnaryAttributes;
/** The name of a binary elementwise operation. */
export type BinaryOperation = keyof BinaryAttributes;

/** The name of an operation that only moves the elements of its operand. */
export type MovementOperation = keyof MovementAttributes;

/** The kinds of operations, and the operations of each kind. */
interface OperationKinds {
  source: keyof SourceAttributes;
  unary: UnaryOperation;
  binary: BinaryOperation;
  choice: keyof ChoiceAttributes;
  reduction: keyof ReductionAttributes;
  row: keyof RowAttributes;
  indexing: keyof IndexingAttributes;
  movement: MovementOperation;
  region: keyof RegionAttributes;
  contraction: keyof ContractionAttributes;
  recurrence: keyof RecurrenceAttributes;
  annotation: Annotation;
}

/** The kind of an operation. */
export type OperationKind = keyof OperationKinds;

type KindOf<O extends AnyOperation> = {
  [Kind in OperationKind]: O extends OperationKinds[Kind] ? Kind : never;
}[OperationKind];

/** The dtypes that an operand may have: any, any but bool, the floats, or a single one. */
export type OperandKind = "any" | "number" | "float" | "bool" | "int32";

/**
 * A property that an operation has for all operands. Each only permits an optimisation, so omitting one costs nothing but speed.
 * `commutative`: swapping the operands does not change a bit of the result. `carriesNaN`: elementwise, and a NaN in any operand gives
 * a NaN at the same place in the result.
 */
export type OperationProperty = "commutative" | "carriesNaN";

/**
 * Who needs an operation. `required`: every engine; `irreducible`: every engine that runs all graphs, because it can't be rewritten
 * using others; `lowerable`: no engine; `symbolic`: only graphs with a named dimension; `erased`: only the passes, never an engine.
 */
export type OperationNeed = "required" | "irreducible" | "lowerable" | "symbolic" | "erased";

type NamesOf<A> = A extends unknown ? (string extends keyof A ? never : keyof A) : never;

/** The name of an attribute of an operation that engines run. */
export type AttributeName = NamesOf<OperationAttributes[Operation]>;

/** What is known about an operation, independently of its operands. */
export interface OperationFacts<O extends AnyOperation = AnyOperation> {
  readonly kind: KindOf<O>;
  /** What each operand may be, or, for a list of any length, what all of them may be. */
  readonly operands: readonly OperandKind[] | OperandKind;
  readonly need: OperationNeed;
  /** The dtype of the result, if it is not the operands' dtype: that of the attribute, or a fixed one. */
  readonly result?: "attribute" | "bool" | "int32";
  /** The names of its attributes, if it has any. */
  readonly attributes?: readonly NamesOf<Attributes[O]>[];
  readonly properties?: readonly OperationProperty[];
}

/** The facts about every operation; all lists of operations are derived from them. */
export const operationFacts: { readonly [O in AnyOperation]: OperationFacts<O> } = {
  input: {
    kind: "source",
    operands: [],
    need: "required",
    result: "attribute",
    attributes: ["name", "shape", "dtype"],
  },
  constant: {
    kind: "source",
    operands: [],
    need: "required",
    result: "attribute",
    attributes: ["data", "shape", "dtype"],
  },
  iota: { kind: "source", operands: [], need: "lowerable", result: "int32", attributes: ["size"] },
  dimensionSize: {
    kind: "source",
    operands: ["any"],
    need: "symbolic",
    result: "attribute",
    attributes: ["axes", "dtype"],
  },

  neg: { kind: "unary", operands: ["number"], need: "lowerable", properties: ["carriesNaN"] },
  abs: { kind: "unary", operands: ["number"], need: "lowerable", properties: ["carriesNaN"] },
  sign: { kind: "unary", operands: ["number"], need: "lowerable", properties: ["carriesNaN"] },
  exp: { kind: "unary", operands: ["float"], need: "required", properties: ["carriesNaN"] },
  expm1: { kind: "unary", operands: ["float"], need: "lowerable", properties: ["carriesNaN"] },
  log: { kind: "unary", operands: ["float"], need: "irreducible", properties: ["carriesNaN"] },
  log1p: { kind: "unary", operands: ["float"], need: "lowerable", properties: ["carriesNaN"] },
  sqrt: { kind: "unary", operands: ["float"], need: "irreducible", properties: ["carriesNaN"] },
  tanh: { kind: "unary", operands: ["float"], need: "lowerable", properties: ["carriesNaN"] },
  erf: { kind: "unary", operands: ["float"], need: "lowerable", properties: ["carriesNaN"] },
  atan: { kind: "unary", operands: ["float"], need: "lowerable", properties: ["carriesNaN"] },
  lgamma: { kind: "unary", operands: ["float"], need: "lowerable", properties: ["carriesNaN"] },
  digamma: { kind: "unary", operands: ["float"], need: "lowerable", properties: ["carriesNaN"] },
  sigmoid: { kind: "unary", operands: ["float"], need: "lowerable", properties: ["carriesNaN"] },
  softplus: { kind: "unary", operands: ["float"], need: "lowerable", properties: ["carriesNaN"] },
  relu: { kind: "unary", operands: ["number"], need: "lowerable", properties: ["carriesNaN"] },
  logicalNot: { kind: "unary", operands: ["bool"], need: "lowerable" },

  add: { kind: "binary", operands: ["number", "number"], need: "required", properties: ["commutative", "carriesNaN"] },
  sub: { kind: "binary", operands: ["number", "number"], need: "lowerable", properties: ["carriesNaN"] },
  mul: { kind: "binary", operands: ["number", "number"], need: "required", properties: ["commutative", "carriesNaN"] },
  div: { kind: "binary", operands: ["float", "float"], need: "required", properties: ["carriesNaN"] },
  pow: { kind: "binary", operands: ["number", "number"], need: "irreducible" },
  maximum: {
    kind: "binary",
    operands: ["number", "number"],
    need: "lowerable",
    properties: ["commutative", "carriesNaN"],
  },
  minimum: {
    kind: "binary",
    operands: ["number", "number"],
    need: "lowerable",
    properties: ["commutative", "carriesNaN"],
  },
  equal: { kind: "binary", operands: ["any", "any"], need: "irreducible", result: "bool", properties: ["commutative"] },
  less: { kind: "binary", operands: ["any", "any"], need: "irreducible", result: "bool" },
  lessEqual: { kind: "binary", operands: ["any", "any"], need: "lowerable", result: "bool" },
  logicalAnd: { kind: "binary", operands: ["bool", "bool"], need: "lowerable", properties: ["commutative"] },
  logicalOr: { kind: "binary", operands: ["bool", "bool"], need: "lowerable", properties: ["commutative"] },

  where: { kind: "choice", operands: ["bool", "any", "any"], need: "irreducible" },
  cast: {
    kind: "choice",
    operands: ["any"],
    need: "irreducible",
    result: "attribute",
    attributes: ["dtype"],
  },

  sum: { kind: "reduction", operands: ["number"], need: "required", attributes: ["axes"] },
  max: { kind: "reduction", operands: ["number"], need: "required", attributes: ["axes"] },
  argmax: { kind: "reduction", operands: ["any"], need: "lowerable", result: "int32", attributes: ["axis"] },
  logSumExp: { kind: "reduction", operands: ["float"], need: "lowerable", attributes: ["axis"] },
  softmax: { kind: "row", operands: ["float"], need: "lowerable", attributes: ["axis"] },
  logSoftmax: { kind: "row", operands: ["float"], need: "lowerable", attributes: ["axis"] },
  argsort: {
    kind: "row",
    operands: ["number"],
    need: "lowerable",
    result: "int32",
    attributes: ["axis", "descending"],
  },
  cumsum: { kind: "row", operands: ["number"], need: "lowerable", attributes: ["axis", "reverse"] },

  takeAlongAxis: { kind: "indexing", operands: ["any", "int32"], need: "lowerable", attributes: ["axis"] },
  scatterAdd: { kind: "indexing", operands: ["number", "int32"], need: "lowerable", attributes: ["axis", "size"] },

  reshape: {
    kind: "movement",
    operands: ["any"],
    need: "required",
    attributes: ["shape"],
  },
  transpose: {
    kind: "movement",
    operands: ["any"],
    need: "irreducible",
    attributes: ["permutation"],
  },
  broadcastTo: {
    kind: "movement",
    operands: ["any"],
    need: "required",
    attributes: ["shape"],
  },
  slice: { kind: "region", operands: ["any"], need: "irreducible", attributes: ["starts", "stops"] },
  pad: { kind: "region", operands: ["any"], need: "lowerable", attributes: ["before", "after"] },
  concat: { kind: "region", operands: "any", need: "irreducible", attributes: ["axis"] },

  matmul: { kind: "contraction", operands: ["float", "float"], need: "lowerable" },

  scan: {
    kind: "recurrence",
    operands: "any",
    need: "lowerable",
    attributes: ["body", "length", "carries", "sequences", "reverse", "output"],
  },

  identity: { kind: "annotation", operands: ["any"], need: "erased" },
  stopGradient: { kind: "annotation", operands: ["any"], need: "erased" },
  check: {
    kind: "annotation",
    operands: ["any"],
    need: "erased",
    attributes: ["check"],
  },
  customGradient: {
    kind: "annotation",
    operands: "any",
    need: "erased",
    attributes: ["gradient"],
  },
};

const facts: ReadonlyMap<string, OperationFacts> = new Map(
  Object.entries(operationFacts) as [AnyOperation, OperationFacts][],
);

/** The facts about the operation of this name; undefined if there is none. */
export function factsOf(operation: string): OperationFacts | undefined {
  return facts.get(operation);
}

/** Whether an operation has this property. */
export function hasProperty(operation: string, property: OperationProperty): boolean {
  return facts.get(operation)?.properties?.includes(property) ?? false;
}

function operationsThat<O extends AnyOperation>(holds: (facts: OperationFacts) => boolean): readonly O[] {
  return [...facts].flatMap(([operation, known]) => (holds(known) ? [operation as O] : []));
}

/** Every operation that engines run, for the traits of an engine that supports them all. */
export const allOperations: readonly Operation[] = operationsThat(({ need }) => need !== "erased");
/** The unary elementwise operations. */
export const unaryOperations: readonly UnaryOperation[] = operationsThat(({ kind }) => kind === "unary");
/** The binary elementwise operations. */
export const binaryOperations: readonly BinaryOperation[] = operationsThat(({ kind }) => kind === "binary");

/** Whether an operation is elementwise with one operand, whose dtype it keeps. */
export function isUnary(operation: string): operation is UnaryOperation {
  return facts.get(operation)?.kind === "unary";
}

/** Whether an operation is elementwise with two operands of one dtype. */
export function isBinary(operation: string): operation is BinaryOperation {
  return facts.get(operation)?.kind === "binary";
}

/** Whether each element of the result depends only on the operands' elements at the same place. */
export function isElementwise(operation: string): boolean {
  const kind = facts.get(operation)?.kind;
  return kind === "unary" || kind === "binary" || kind === "choice";
}
