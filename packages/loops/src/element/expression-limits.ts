/** How large may an expression grow before its elements are stored? */
import type { Tensor } from "@symloss/core/engine";
import type { Context } from "./store.ts";

/** So many operations on end, or so many in all, of which none is stored, make an expression that is computed by itself. */
const [longest, largest] = [400, 2000];

/**
 * Stores what would grow too large: a function of many thousands of statements is not optimised by JavaScript engines, and too deep
 * an expression is more than a call stack holds. Tensors must come after their operands.
 */
export function makeLimit(context: Context): (tensor: Tensor) => void {
  const lengths = new Map<Tensor, number>();
  /** At least as many operations as there are: those that are used twice may count twice. */
  const sizes = new Map<Tensor, number>();
  return (tensor) => {
    let [length, size] = [1, 1];
    for (const input of tensor.inputs) {
      if (context.isStored(input)) continue;
      length = Math.max(length, 1 + lengths.get(input)!);
      size += sizes.get(input)!;
    }
    if (size > largest) size = countOperations(tensor, context);
    if ((length > longest || size > largest) && !context.isStored(tensor)) {
      context.materialize(tensor);
      [length, size] = [0, 0];
    }
    lengths.set(tensor, length);
    sizes.set(tensor, size);
  };
}

/** At least one more than the largest where there are more. */
function countOperations(tensor: Tensor, context: Context): number {
  // A set is walked while it grows.
  const met = new Set([tensor]);
  for (const node of met) {
    if (met.size > largest) break;
    for (const input of node.inputs) if (!context.isStored(input)) met.add(input);
  }
  return met.size;
}
