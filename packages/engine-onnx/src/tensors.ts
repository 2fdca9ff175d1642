/** How do arrays become the runtime's tensors, and its results arrays again? */
import type { Tensor, TypedArray } from "@symloss/core/engine";
import { type OnnxRuntime, type RuntimeTensor, createTensor } from "./session.ts";

/** The tensors that a run is given, by the names of the model's inputs, in the order in which it is to read them. */
export function toFeeds(
  runtime: OnnxRuntime,
  inputs: readonly Tensor[],
  reads: readonly number[],
  arrays: readonly TypedArray[],
): Record<string, RuntimeTensor> {
  const feeds: Record<string, RuntimeTensor> = {};
  for (const index of reads) {
    const { dtype, shape } = inputs[index]!;
    const data = dtype === "bool" ? asBits(arrays[index]!) : arrays[index]!;
    feeds[inputName(index)] = createTensor(runtime, dtype, data, shape as readonly number[]);
  }
  return feeds;
}

/** What an input is called in a model of the engine's. */
export function inputName(index: number): string {
  return `input_${index}`;
}

/** Whatever byte stands for true as 1: the runtimes take 2 for false, or for true. */
function asBits(array: TypedArray): TypedArray {
  return array.every((byte) => byte <= 1) ? array : array.map((byte) => (byte === 0 ? 0 : 1));
}
