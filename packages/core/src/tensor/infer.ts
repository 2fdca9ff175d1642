/** For each operation: what are the shape and dtype of the result, or which operands are invalid? */
import { formatShape, type Dimension, type Shape, dropAxes, isConcrete, withAxis } from "../array/shape.ts";
import { formatType, type ArrayType } from "../array/type.ts";
import { type DType, isFloat } from "../array/dtype.ts";
import { DTypeError, ShapeError } from "../array/errors.ts";
import {
  type AnyOperation,
  type Attributes,
  type BinaryOperation,
  type OperandKind,
  type UnaryOperation,
  isBinary,
  isUnary,
  operationFacts,
} from "./operation.ts";
import { broadcastShapes, sameShape } from "../array/broadcast.ts";

type Rule<O extends AnyOperation> = (
  inputs: readonly ArrayType<Shape>[],
  attributes: Attributes[O],
  operation: O,
) => ArrayType<Shape>;

/** The type of an operation's result. Throws `ShapeError` or `DTypeError` if the operands are invalid. */
export function inferType<O extends AnyOperation>(
  operation: O,
  inputs: readonly ArrayType<Shape>[],
  attributes: Attributes[O],
): ArrayType<Shape> {
  return (ruleOf(operation) as Rule<O>)(inputs, attributes, operation);
}

function ruleOf(operation: AnyOperation): unknown {
  if (isUnary(operation)) return unary;
  return isBinary(operation) ? binary : rules[operation];
}

const rules: { [O in Exclude<AnyOperation, UnaryOperation | BinaryOperation>]: Rule<O> } = {
  input: (_, { shape, dtype }) => ({ shape, dtype }),
  constant: (_, { shape, dtype }) => ({ shape, dtype }),
  iota: (_, { size }) => ({ shape: [size], dtype: "int32" }),
  dimensionSize: (_, { dtype }) => ({ shape: [], dtype }),

  where: ([condition, x, y]) => {
    if (condition!.dtype !== "bool") throw new DTypeError(`where: condition must be bool, got ${print(condition!)}.`);
    requireSame("where", x!, y!);
    requireSameShape("where", condition!, x!);
    return { shape: x!.shape, dtype: x!.dtype };
  },
  cast: ([x], { dtype }) => ({ shape: x!.shape, dtype }),

  sum: ([x], { axes }, operation) => {
    requireKind(operation, x!);
    return { shape: dropAxes(x!.shape, axes), dtype: x!.dtype };
  },
  max: ([x], { axes }, operation) => {
    requireKind(operation, x!);
    for (const axis of axes) requireElements(operation, x!, axis);
    return { shape: dropAxes(x!.shape, axes), dtype: x!.dtype };
  },
  argmax: ([x], { axis }, operation) => {
    requireElements(operation, x!, axis);
    return { shape: dropAxes(x!.shape, [axis]), dtype: "int32" };
  },
  logSumExp: ([x], { axis }, operation) => {
    requireKind(operation, x!);
    return { shape: dropAxes(x!.shape, [axis]), dtype: x!.dtype };
  },
  softmax: unary,
  logSoftmax: unary,
  argsort: ([x], _, operation) => {
    requireKind(operation, x!);
    return { shape: x!.shape, dtype: "int32" };
  },
  cumsum: unary,

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
    requireKind(operation, updates!);
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
  slice: ([x], { starts, stops }) => {
    for (const [axis, length] of x!.shape.entries()) {
      if (typeof length === "number" || (starts[axis] === 0 && stops[axis] === length)) continue;
      throw new ShapeError(
        `slice: an axis with a named length must be taken whole, got ${starts[axis]} to ${stops[axis]} for ${print(x!)}.`,
      );
    }
    return {
      shape: stops.map((stop, axis) => (typeof stop === "string" ? stop : stop - starts[axis]!)),
      dtype: x!.dtype,
    };
  },
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
    requireKind(operation, x!);
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

  scan: (operands, attributes) => {
    requireScan(operands, attributes);
    const { body, length, carries, output } = attributes;
    const isCarry = output < 2 * carries;
    const { shape, dtype }: ArrayType<Shape> = isCarry
      ? body.inputs[output % carries]!
      : body.outputs[output - carries]!;
    return { shape: output < carries ? shape : [length, ...shape], dtype };
  },

  identity: ([x]) => x!,
  stopGradient: ([x]) => x!,
  check: ([x]) => x!,
  customGradient: ([value]) => value!,
};

function unary([x]: readonly ArrayType<Shape>[], _: unknown, operation: AnyOperation): ArrayType<Shape> {
  requireKind(operation, x!);
  return { shape: x!.shape, dtype: x!.dtype };
}

function binary([x, y]: readonly ArrayType<Shape>[], _: unknown, operation: BinaryOperation): ArrayType<Shape> {
  requireSame(operation, x!, y!);
  requireKind(operation, x!);
  return { shape: x!.shape, dtype: operationFacts[operation].result === "bool" ? "bool" : x!.dtype };
}
/** What an operand may be, and how a message says so for one and for several. */
const operandKinds: {
  readonly [Kind in OperandKind]: { accepts: (dtype: DType) => boolean; one: string; several: string };
} = {
  any: { accepts: () => true, one: "anything", several: "anything" },
  number: { accepts: (dtype) => dtype !== "bool", one: "a number", several: "numbers" },
  float: { accepts: isFloat, one: "a float", several: "floats" },
  bool: { accepts: (dtype) => dtype === "bool", one: "bool", several: "bool" },
  int32: { accepts: (dtype) => dtype === "int32", one: "int32", several: "int32" },
};

/** Throws `DTypeError` unless the first operand, whose dtype all of them have, is of the kind in the table of facts. */
function requireKind(operation: AnyOperation, x: ArrayType<Shape>): void {
  const { operands } = operationFacts[operation];
  const kind = operandKinds[typeof operands === "string" ? operands : operands[0]!];
  if (kind.accepts(x.dtype)) return;
  const must = operands.length === 1 ? kind.one : kind.several;
  throw new DTypeError(`${operation}: operands must be ${must}, got ${print(x)}.`);
}

function requireSame(operation: string, x: ArrayType<Shape>, y: ArrayType<Shape>): void {
  requireSameShape(operation, x, y);
  requireSameDType(operation, x, y);
}

function requireSameShape(operation: string, x: ArrayType<Shape>, y: ArrayType<Shape>): void {
  if (!sameShape(x.shape, y.shape)) {
    throw new ShapeError(`${operation}: operands must have the same shape, got ${print(x)} and ${print(y)}.`);
  }
}

function requireSameDType(operation: string, x: ArrayType<Shape>, y: ArrayType<Shape>): void {
  if (x.dtype !== y.dtype) {
    throw new DTypeError(`${operation}: operands must have the same dtype, got ${print(x)} and ${print(y)}.`);
  }
}

function requireElements(operation: string, x: ArrayType<Shape>, axis: number): void {
  if (x.shape[axis] === 0) {
    throw new ShapeError(`${operation}: axis ${axis} must have at least one element, got ${print(x)}.`);
  }
}

function requireIndices(operation: string, indices: ArrayType<Shape>): void {
  if (indices.dtype !== "int32") throw new DTypeError(`${operation}: indices must be int32, got ${print(indices)}.`);
}

/** Named dimensions must survive a reshape unchanged and in order; the lengths between them may be regrouped. */
function requireReshape(x: ArrayType<Shape>, shape: Shape): void {
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

/** Each operand, and each carry that the body gives, must have the type that the body takes. */
function requireScan(
  operands: readonly ArrayType<Shape>[],
  { body: { inputs, outputs }, length, carries, sequences, output }: Attributes["scan"],
): void {
  if (inputs.length !== operands.length || carries + sequences > inputs.length || carries > outputs.length) {
    throw new ShapeError(
      `scan: the body must take every operand and give every carry, got a body of ${inputs.length} inputs and ${outputs.length} outputs for ${operands.length} operands and ${carries} carries.`,
    );
  }
  if (output >= carries + outputs.length) {
    throw new ShapeError(`scan: output must be that of one of ${carries + outputs.length} results, got ${output}.`);
  }
  for (const [index, { shape, dtype }] of inputs.entries()) {
    const isSequence = index >= carries && index < carries + sequences;
    requireType(operands[index]!, { shape: isSequence ? [length, ...shape] : shape, dtype });
    if (index < carries) requireType(outputs[index]!, { shape, dtype });
  }
}

function requireType(got: ArrayType<Shape>, wanted: ArrayType<Shape>): void {
  if (sameShape(got.shape, wanted.shape) && got.dtype === wanted.dtype) return;
  throw new ShapeError(
    `scan: what the body takes and gives must have one type, got ${print(got)} for ${print(wanted)}.`,
  );
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

function print(type: ArrayType<Shape>): string {
  return formatType(type.dtype, type.shape);
}
