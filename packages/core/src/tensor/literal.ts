/** Which tensors are literals, and what were their numbers before float32 rounded them? */
import { isFloat } from "../array/dtype.ts";
import { type Tensor, makeTensor } from "./tensor.ts";

/** The unrounded numbers of literals, which are float32 constants. */
const written = new WeakMap<Tensor, Float64Array>();

/** Remembers the unrounded numbers of a float32 constant, and returns it. */
export function rememberWritten(tensor: Tensor, values: Float64Array): Tensor {
  if (tensor.dtype === "float32") written.set(tensor, values);
  return tensor;
}

/** The unrounded numbers of a tensor that is itself a literal. */
export function writtenAs(tensor: Tensor): Float64Array | undefined {
  return written.get(tensor);
}

/** How many nested nodes are followed. */
const depthLimit = 16;

/** The tensor in float64, unrounded, if it is a literal or only broadcasts, reshapes or selects literals; else undefined. */
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
