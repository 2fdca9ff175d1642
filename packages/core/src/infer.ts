/** For each operation: which shape and dtype has the result, or what does not fit? */
import { formatShape, formatType } from "./format.ts";
import { type DType, isFloat } from "./dtype.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import type { AnyOperation, Attributes } from "./operation.ts";
import { type Dimension, type Shape, broadcastShapes, dropAxes, isConcrete, sameShape, withAxis } from "./shape.ts";

/** What of an operand is needed to infer. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

type Rule<O extends AnyOperation> = (
  inputs: readonly TensorType[],
  attributes: Attributes[O],
  operation: O,
) => TensorType;

/** The type of an operation's result; throws where the operands do not fit. */
export function inferType<O extends AnyOperation>(
  operation: O,
  inputs: readonly TensorType[],
  attributes: Attributes[O],
): TensorType {
  return (rules[operation] as Rule<O>)(inputs, attributes, operation);
}

const rules: { [O in AnyOperation]: Rule<O> } = {
  input: (_, { shape, dtype }) => ({ shape, dtype }),
  constant: (_, { shape, dtype }) => ({ shape, dtype }),
  iota: (_, { size }) => ({ shape: [size], dtype: "int32" }),
  dimensionSize: (_, { dtype }) => ({ shape: [], dtype }),

  neg: unary(isNumber, "a number"),
  abs: unary(isNumber, "a number"),
  sign: unary(isNumber, "a number"),
  relu: unary(isNumber, "a number"),
  exp: unary(isFloat, "a float"),
  expm1: unary(isFloat, "a float"),
  log: unary(isFloat, "a float"),
  log1p: unary(isFloat, "a float"),
  sqrt: unary(isFloat, "a float"),
  tanh: unary(isFloat, "a float"),
  sigmoid: unary(isFloat, "a float"),
  softplus: unary(isFloat, "a float"),
  logicalNot: unary(isBool, "bool"),

  add: binary(isNumber, "numbers"),
  sub: binary(isNumber, "numbers"),
  mul: binary(isNumber, "numbers"),
  div: binary(isFloat, "floats"),
  pow: binary(isNumber, "numbers"),
  maximum: binary(isNumber, "numbers"),
  minimum: binary(isNumber, "numbers"),
  equal: binary(() => true, "anything", "bool"),
  less: binary(() => true, "anything", "bool"),
  lessEqual: binary(() => true, "anything", "bool"),
  logicalAnd: binary(isBool, "bool"),
  logicalOr: binary(isBool, "bool"),

  where: ([condition, x, y]) => {
    if (condition!.dtype !== "bool") throw new DTypeError(`where: condition must be bool, got ${print(condition!)}.`);
    requireSame("where", x!, y!);
    requireSameShape("where", condition!, x!);
    return { shape: x!.shape, dtype: x!.dtype };
  },
  cast: ([x], { dtype }) => ({ shape: x!.shape, dtype }),

  sum: ([x], { axes }, operation) => {
    requireKind(operation, x!, isNumber, "a number");
    return { shape: dropAxes(x!.shape, axes), dtype: x!.dtype };
  },
  max: ([x], { axes }, operation) => {
    requireKind(operation, x!, isNumber, "a number");
    for (const axis of axes) requireElements(operation, x!, axis);
    return { shape: dropAxes(x!.shape, axes), dtype: x!.dtype };
  },
  argmax: ([x], { axis }, operation) => {
    requireElements(operation, x!, axis);
    return { shape: dropAxes(x!.shape, [axis]), dtype: "int32" };
  },
  logSumExp: ([x], { axis }, operation) => {
    requireKind(operation, x!, isFloat, "a float");
    return { shape: dropAxes(x!.shape, [axis]), dtype: x!.dtype };
  },
  softmax: unary(isFloat, "a float"),
  logSoftmax: unary(isFloat, "a float"),

  takeAlongAxis: ([x, indices], { axis }, operation) => {
    requireIndices(operation, indices!);
    const fits =
      x!.shape.length === indices!.shape.length &&
      sameShape(withAxis(x!.shape, axis, 1), withAxis(indices!.shape, axis, 1));
    if (!fits) {
      throw new ShapeError(
        `takeAlongAxis: x and indices must have the same shape but for axis ${axis}, got ${print(x!)} and ${print(indices!)}.`,
      );
    }
    if (!indices!.shape.includes(0)) requireElements(operation, x!, axis);
    return { shape: indices!.shape, dtype: x!.dtype };
  },
  scatterAdd: ([updates, indices], { axis, size }, operation) => {
    requireIndices(operation, indices!);
    requireSameShape(operation, updates!, indices!);
    return { shape: withAxis(updates!.shape, axis, size), dtype: updates!.dtype };
  },

  reshape: ([x], { shape }) => {
    requireReshape(x!, shape);
    return { shape, dtype: x!.dtype };
  },
  transpose: ([x], { permutation }) => ({ shape: permutation.map((axis) => x!.shape[axis]!), dtype: x!.dtype }),
  broadcastTo: ([x], { shape }) => {
    const common = broadcastShapes(x!.shape, shape);
    if (common === undefined || !sameShape(common, shape)) {
      throw new ShapeError(`broadcastTo: x must broadcast to ${formatShape(shape)}, got ${print(x!)}.`);
    }
    return { shape, dtype: x!.dtype };
  },
  slice: ([x], { starts, stops }) => ({
    shape: stops.map((stop, axis) => (typeof stop === "string" ? stop : stop - starts[axis]!)),
    dtype: x!.dtype,
  }),
  pad: ([x], { before, after }) => ({
    shape: x!.shape.map((dimension, axis) => grow(dimension, before[axis]! + after[axis]!)),
    dtype: x!.dtype,
  }),
  concat: (inputs, { axis }) => {
    let total: Dimension = 0;
    for (const input of inputs) {
      requireSameDType("concat", inputs[0]!, input);
      if (!sameShape(withAxis(input.shape, axis, 0), withAxis(inputs[0]!.shape, axis, 0))) {
        throw new ShapeError(
          `concat: tensors must have the same shape but for axis ${axis}, got ${inputs.map(print).join(" and ")}.`,
        );
      }
      const dimension: Dimension = input.shape[axis]!;
      if (typeof dimension === "string") {
        throw new ShapeError(`concat: axis ${axis} must have a numeric length, got ${print(input)}.`);
      }
      total += dimension;
    }
    return { shape: withAxis(inputs[0]!.shape, axis, total), dtype: inputs[0]!.dtype };
  },
  matmul: ([x, y], _, operation) => {
    requireSameDType(operation, x!, y!);
    requireKind(operation, x!, isFloat, "floats");
    const rank = x!.shape.length;
    const fits =
      rank >= 2 &&
      rank === y!.shape.length &&
      sameShape(x!.shape.slice(0, -2), y!.shape.slice(0, -2)) &&
      x!.shape[rank - 1] === y!.shape[rank - 2];
    if (!fits) {
      throw new ShapeError(`matmul: operands must be [.., m, k] and [.., k, n], got ${print(x!)} and ${print(y!)}.`);
    }
    return { shape: [...x!.shape.slice(0, -1), y!.shape[rank - 1]!], dtype: x!.dtype };
  },

  identity: ([x]) => x!,
  stopGradient: ([x]) => x!,
  check: ([x]) => x!,
  customGradient: ([value]) => value!,
};

function unary(accepts: (dtype: DType) => boolean, kind: string): Rule<AnyOperation> {
  return ([x], _, operation) => {
    requireKind(operation, x!, accepts, kind);
    return { shape: x!.shape, dtype: x!.dtype };
  };
}

function binary(accepts: (dtype: DType) => boolean, kind: string, result?: DType): Rule<AnyOperation> {
  return ([x, y], _, operation) => {
    requireSame(operation, x!, y!);
    requireKind(operation, x!, accepts, kind);
    return { shape: x!.shape, dtype: result ?? x!.dtype };
  };
}

function isNumber(dtype: DType): boolean {
  return dtype !== "bool";
}

function isBool(dtype: DType): boolean {
  return dtype === "bool";
}

function requireKind(operation: string, x: TensorType, accepts: (dtype: DType) => boolean, kind: string): void {
  if (!accepts(x.dtype)) throw new DTypeError(`${operation}: operands must be ${kind}, got ${print(x)}.`);
}

function requireSame(operation: string, x: TensorType, y: TensorType): void {
  requireSameShape(operation, x, y);
  requireSameDType(operation, x, y);
}

function requireSameShape(operation: string, x: TensorType, y: TensorType): void {
  if (!sameShape(x.shape, y.shape)) {
    throw new ShapeError(`${operation}: operands must have the same shape, got ${print(x)} and ${print(y)}.`);
  }
}

function requireSameDType(operation: string, x: TensorType, y: TensorType): void {
  if (x.dtype !== y.dtype) {
    throw new DTypeError(`${operation}: operands must have the same dtype, got ${print(x)} and ${print(y)}.`);
  }
}

function requireElements(operation: string, x: TensorType, axis: number): void {
  if (x.shape[axis] === 0) {
    throw new ShapeError(`${operation}: axis ${axis} must have at least one element, got ${print(x)}.`);
  }
}

function requireIndices(operation: string, indices: TensorType): void {
  if (indices.dtype !== "int32") throw new DTypeError(`${operation}: indices must be int32, got ${print(indices)}.`);
}

/** Named dimensions must survive a reshape as they are, in their order; what lies between them may be regrouped. */
function requireReshape(x: TensorType, shape: Shape): void {
  const fits =
    isConcrete(x.shape) && isConcrete(shape)
      ? product(x.shape) === product(shape)
      : sameShape(sections(x.shape), sections(shape));
  if (!fits) {
    throw new ShapeError(
      `reshape: the shape must hold the same elements (a named dimension stays as it is), got ${formatShape(shape)} for ${print(x)}.`,
    );
  }
}

/** The products of the numbers between the names, and the names. */
function sections(shape: Shape): Dimension[] {
  const result: Dimension[] = [1];
  for (const dimension of shape) {
    if (typeof dimension === "string") result.push(dimension, 1);
    else result[result.length - 1] = (result[result.length - 1] as number) * dimension;
  }
  return result;
}

function product(shape: readonly number[]): number {
  return shape.reduce((left, right) => left * right, 1);
}

function grow(dimension: Dimension, by: number): Dimension {
  if (by === 0) return dimension;
  if (typeof dimension === "string")
    throw new ShapeError(`pad: a padded axis must have a numeric length, got "${dimension}".`);
  return dimension + by;
}

function print(type: TensorType): string {
  return formatType(type.dtype, type.shape);
}
