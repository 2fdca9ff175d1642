/** How does whatever a user passes become the operands of an operation: tensors of one dtype and one shape? */
import { type DType, allocate, castNumber, isFloat, promote } from "./dtype.ts";
import { ShapeError } from "./errors.ts";
import { type ArrayInput, type NDArray, convert, isNDArray } from "./ndarray.ts";
import { type Shape, broadcastShapes, sameShape } from "./shape.ts";
import { type Tensor, isTensor, makeTensor } from "./tensor.ts";

/** Whatever is accepted where a tensor is. */
export type TensorLike = Tensor | ArrayInput;

/** The tensor, or a constant of the array; the elements are copied, for a tensor never changes. */
export function asTensor(value: TensorLike, caller = "asTensor", argument = "value"): Tensor {
  return isTensor(value)
    ? value
    : constant(convert(caller, argument, value), isNDArray(value) || ArrayBuffer.isView(value));
}

/** A scalar constant. */
export function scalar(value: number, dtype: DType): Tensor {
  const data = allocate(dtype, 1);
  data[0] = castNumber(value, dtype);
  return makeTensor("constant", [], { data, shape: [], dtype });
}

/** A tensor with one value everywhere. */
export function full(value: number, shape: Shape, dtype: DType): Tensor {
  return expand(scalar(value, dtype), shape);
}

/** The same elements as another dtype. */
export function toDType(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  if (x.operation === "constant" && x.rank === 0) {
    const { data } = x.attributes as { readonly data: ArrayLike<number> };
    return scalar(data[0]!, dtype);
  }
  return makeTensor("cast", [x], { dtype });
}

/** Repeats to the shape, which must be one that x broadcasts to. */
export function expand(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : makeTensor("broadcastTo", [x], { shape });
}

/** A float as it is, else as float32. */
export function toFloat(x: Tensor): Tensor {
  return isFloat(x.dtype) ? x : toDType(x, "float32");
}

/**
 * The arguments as tensors of their common dtype. A JavaScript number takes the dtype of what it meets:
 * beside integers an integer is int32 and a fraction makes all of them float32; alone it is float32.
 */
export function asTensors(caller: string, named: Readonly<Record<string, TensorLike>>): Tensor[] {
  let dtype: DType | undefined;
  let fraction = false;
  const values = Object.entries(named).map(([argument, value]) => {
    if (typeof value === "number") {
      fraction ||= !isInt32(value);
      return value;
    }
    const tensor = asTensor(value, caller, argument);
    dtype = dtype === undefined ? tensor.dtype : promote(dtype, tensor.dtype);
    return tensor;
  });
  const numbers = values.some((value) => typeof value === "number");
  let common = dtype ?? "float32";
  if (numbers && common === "bool") common = "int32";
  if (fraction && common === "int32") common = "float32";
  return values.map((value) => (typeof value === "number" ? scalar(value, common) : toDType(value, common)));
}

/** The tensors, each repeated to the shape that all of them broadcast to; throws `ShapeError`, naming the arguments, where there is none. */
export function broadcastTogether(caller: string, names: readonly string[], tensors: readonly Tensor[]): Tensor[] {
  const shape = broadcastShapes(...tensors.map((tensor) => tensor.shape));
  if (shape === undefined) {
    throw new ShapeError(
      `${caller}: ${names.join(" and ")} must have shapes that broadcast, got ${tensors.join(" and ")}. ` +
        "Aligned at the last axis, lengths must be equal or 1.",
    );
  }
  return tensors.map((tensor) => expand(tensor, shape));
}

function constant(array: NDArray, copy: boolean): Tensor {
  return makeTensor("constant", [], {
    data: copy ? array.data.slice() : array.data,
    shape: array.shape,
    dtype: array.dtype,
  });
}

function isInt32(value: number): boolean {
  return Number.isInteger(value) && value >= -2147483648 && value <= 2147483647;
}
