/** What is a tensor? A frozen node of a graph: an operation, its operands, its attributes, and the shape and dtype that follow. */
import { formatType } from "../array/type.ts";
import type { ArrayInput } from "../array/convert.ts";
import { brandClass, isBranded } from "../array/brand.ts";
import { describe } from "../array/describe.ts";
import type { DType } from "../array/dtype.ts";
import { checkDType, checkShape } from "../array/type-check.ts";
import { DTypeError } from "../array/errors.ts";
import { inferType } from "./infer.ts";
import type { TensorMethods } from "./methods.ts";
import type { AnyOperation, Attributes } from "./operation.ts";
import { type Shape, frozenShape, sizeOf } from "../array/shape.ts";

/** A symbolic array: immutable, without elements until a graph of it runs. Its methods are those of `TensorMethods`. */
// The methods create tensors of this class, so they are added in another file, to avoid an import cycle.
// eslint-disable-next-line typescript/no-unsafe-declaration-merging
export class Tensor {
  readonly operation: AnyOperation;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes[AnyOperation];
  readonly shape: Shape;
  readonly dtype: DType;

  /** Throws `DTypeError` or `ShapeError` if an argument has the wrong type; whether the node fits its operation is checked before an engine sees it. */
  constructor(
    operation: AnyOperation,
    inputs: readonly Tensor[],
    attributes: Attributes[AnyOperation],
    shape: Shape,
    dtype: DType,
  ) {
    if (
      typeof operation !== "string" ||
      !Array.isArray(inputs) ||
      typeof attributes !== "object" ||
      attributes === null
    ) {
      throw new DTypeError(
        `Tensor: a node must have an operation, a list of inputs and attributes, got ${describe(operation)}, ${describe(inputs)} and ${describe(attributes)}.`,
      );
    }
    for (const [index, input] of inputs.entries()) requireTensor("Tensor", `inputs[${index}]`, input);
    checkShape("Tensor", shape);
    checkDType("Tensor", dtype);
    this.operation = operation;
    this.inputs = inputs;
    this.attributes = attributes;
    // Shared by nodes, plans and results: changing it would change them all.
    this.shape = frozenShape(shape);
    this.dtype = dtype;
    Object.freeze(this);
  }

  /** The number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** The number of elements. Throws `ShapeError` if a dimension has a name. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** `f32[32,10]` */
  toString(): string {
    return formatType(this.dtype, this.shape);
  }

  /** Prints the type in a template string. Throws `DTypeError` for an operator, which would use this text and not the elements. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new DTypeError(
      `Tensor: JavaScript operators must be applied to numbers, got the Tensor ${this.toString()}. ` +
        "Use functions or methods: greater(x, y) for x > y, where(condition, a, b) for a choice, add(x, y) for x + y, neg(x) for -x.",
    );
  }
}

brandClass(Tensor.prototype, "Tensor");

// eslint-disable-next-line typescript/no-unsafe-declaration-merging, typescript/no-empty-interface
export interface Tensor extends TensorMethods {}

/** Anything accepted in place of a tensor. */
export type TensorLike = Tensor | ArrayInput;

/** A tensor whose operation is known, and so the type of its attributes. */
export type NodeOf<O extends AnyOperation> = Tensor & { readonly operation: O; readonly attributes: Attributes[O] };

/** Whether a value is a tensor, from this copy of the package or another. */
export function isTensor(value: unknown): value is Tensor {
  return isBranded(value, "Tensor");
}

/** Throws `DTypeError`, naming the argument, if the value is not a tensor. */
export function requireTensor(caller: string, argument: string, value: unknown): asserts value is Tensor {
  if (!isTensor(value)) throw new DTypeError(`${caller}: ${argument} must be a Tensor, got ${describe(value)}.`);
}

/** Makes a tensor, the only way to do so, and infers its shape and dtype. Throws `ShapeError` or `DTypeError` if the operands are invalid. */
export function makeTensor<O extends AnyOperation>(
  operation: O,
  inputs: readonly Tensor[],
  attributes: Attributes[O],
): Tensor {
  const { shape, dtype } = inferType(operation, inputs, attributes);
  return new Tensor(operation, inputs, attributes, shape, dtype);
}
