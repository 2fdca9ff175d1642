/** How do arrays become the runtime's tensors, and its results arrays again? */
import type { Tensor, TypedArray } from "@symloss/core/engine";
import { type OnnxRuntime, type RuntimeTensor, createTensor } from "./session.ts";

/** The tensors that a run is given, by the names of the model's inputs. */
export function toFeeds(
  runtime: OnnxRuntime,
  inputs: readonly Tensor[],
  names: readonly string[],
  arrays: readonly TypedArray[],
): Record<string, RuntimeTensor> {
  const feeds: Record<string, RuntimeTensor> = {};
  for (let index = 0; index < inputs.length; index++) {
    const { dtype, shape } = inputs[index]!;
    const array = arrays[index]!;
    feeds[names[index]!] = createTensor(
      runtime,
      dtype,
      dtype === "bool" ? asBits(array) : array,
      shape as readonly number[],
    );
  }
  return feeds;
}

/** Whatever byte stands for true as 1: the runtimes take 2 for false, or for true. */
function asBits(array: TypedArray): TypedArray {
  return array.every((byte) => byte <= 1) ? array : array.map((byte) => (byte === 0 ? 0 : 1));
}
