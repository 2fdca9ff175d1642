/** Which tensors are nothing but numbers that the user wrote, and what were these before float32 rounded them? */
import { isFloat } from "../array/dtype.ts";
import { type Tensor, makeTensor } from "./tensor.ts";

/** The numbers as they were written, of constants in float32. */
const written = new WeakMap<Tensor, Float64Array>();

/** Remembers what a float32 tensor was written as; it is the tensor that it was. */
export function rememberWritten(tensor: Tensor, values: Float64Array): Tensor {
  if (tensor.dtype === "float32") written.set(tensor, values);
  return tensor;
}

/** What the tensor was written as, if it is such numbers itself. */
export function writtenAs(tensor: Tensor): Float64Array | undefined {
  return written.get(tensor);
}

/** How many choices within choices are followed. */
const depthLimit = 16;

/** The tensor in float64 with the digits that were written, where it is a literal, or repeats or chooses between literals; else undefined. */
export function literalInFloat64(tensor: Tensor, depth = 0): Tensor | undefined {
  const values = written.get(tensor);
  if (values !== undefined) return constant64(tensor, values);
  const repeats = tensor.operation === "broadcastTo" || tensor.operation === "reshape";
  if (depth === depthLimit || !isFloat(tensor.dtype) || !(repeats || tensor.operation === "where")) return undefined;
  const inputs = tensor.inputs.map((input) => (isFloat(input.dtype) ? literalInFloat64(input, depth + 1) : input));
  return inputs.includes(undefined)
    ? undefined
    : makeTensor(tensor.operation, inputs as Tensor[], tensor.attributes as never);
}

function constant64({ shape }: Tensor, data: Float64Array): Tensor {
  return makeTensor("constant", [], { data, shape: shape as readonly number[], dtype: "float64" });
}
