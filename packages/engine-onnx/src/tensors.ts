/** How do arrays become tensors of the runtime? */
import { type Lengths, type Tensor, type TypedArray, withLengths } from "@symloss/core/engine";
import { type OnnxRuntime, type RuntimeTensor, createTensor } from "./session.ts";

/** The tensors passed to a run, by the names of the model's inputs, in the order in which it should read them. */
export function toFeeds(
  runtime: OnnxRuntime,
  inputs: readonly Tensor[],
  reads: readonly number[],
  arrays: readonly TypedArray[],
  lengths: Lengths | undefined,
): Record<string, RuntimeTensor> {
  const feeds: Record<string, RuntimeTensor> = {};
  for (const index of reads) {
    const { dtype, shape } = inputs[index]!;
    const data = dtype === "bool" ? asBits(arrays[index]!) : arrays[index]!;
    feeds[inputName(index)] = createTensor(runtime, dtype, data, withLengths(shape, lengths));
  }
  return feeds;
}

/** The name of an input in the engine's models. */
export function inputName(index: number): string {
  return `input_${index}`;
}

/** Any non-zero byte as 1: the runtimes disagree on whether 2 is true. */
function asBits(array: TypedArray): TypedArray {
  return array.every((byte) => byte <= 1) ? array : array.map((byte) => (byte === 0 ? 0 : 1));
}
