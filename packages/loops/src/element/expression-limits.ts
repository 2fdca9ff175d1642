/** How large may an expression grow before its elements are stored? */
import type { Tensor } from "@symloss/core/engine";
import type { Context } from "./store.ts";

/** A chain of more operations than this, or an expression of more in all, is stored. */
const [longest, largest] = [400, 2000];

/** If more operations than this are computed elsewhere already, the result is stored: each step of a recurrence would compute all before it. */
const mostRepeated = 200;

/** How large the expression of a tensor is; operations that are used twice may count twice. */
interface Extent {
  readonly length: number;
  readonly size: number;
  /** How many of its operations are computed elsewhere already. */
  readonly repeated: number;
}

const nothing: Extent = { length: 0, size: 0, repeated: 0 };

/**
 * Stores tensors that would grow too large: a function of many thousands of statements is not optimised by JavaScript engines, and too
 * deep an expression is more than a call stack holds. Tensors must come after their operands.
 * What is computed where something else is stored is computed again for each that is made of it.
 */
export function makeLimit(context: Context, computed: ReadonlySet<Tensor>): (tensor: Tensor) => void {
  const extents = new Map<Tensor, Extent>();
  return (tensor) => {
    const extent = narrowed(tensor, extentOf(tensor, extents, computed, context), computed, context);
    const isTooLarge = extent.length > longest || extent.size > largest || extent.repeated > mostRepeated;
    const isStoredNow = isTooLarge && !context.isStored(tensor);
    if (isStoredNow) context.store(tensor);
    extents.set(tensor, isStoredNow ? nothing : extent);
  };
}

/** Adds what a tensor is made of to what is computed: it will be where the tensor is stored. */
export function noteComputed(tensor: Tensor, computed: Set<Tensor>, context: Context): void {
  // A set is walked while it grows. Below what was computed before all was.
  const met = new Set(unstoredInputs(tensor, context));
  for (const node of met) {
    if (computed.has(node)) continue;
    computed.add(node);
    for (const input of unstoredInputs(node, context)) met.add(input);
  }
}

function unstoredInputs({ inputs }: Tensor, context: Context): Tensor[] {
  return inputs.filter((input) => !context.isStored(input));
}

function extentOf(
  tensor: Tensor,
  extents: ReadonlyMap<Tensor, Extent>,
  computed: ReadonlySet<Tensor>,
  context: Context,
): Extent {
  let [length, size, repeated] = [1, 1, 0];
  for (const input of unstoredInputs(tensor, context)) {
    const own = extents.get(input)!;
    length = Math.max(length, 1 + own.length);
    size += own.size;
    repeated += computed.has(input) ? own.size : own.repeated;
  }
  return { length, size, repeated };
}

/** The extent with each operation counted once, if that matters; counting stops above the largest. */
function narrowed(tensor: Tensor, extent: Extent, computed: ReadonlySet<Tensor>, context: Context): Extent {
  if (extent.size <= largest && extent.repeated <= mostRepeated) return extent;
  const met = new Set([tensor]);
  let repeated = 0;
  for (const node of met) {
    if (met.size > largest) break;
    if (computed.has(node)) repeated++;
    for (const input of unstoredInputs(node, context)) met.add(input);
  }
  return { length: extent.length, size: met.size, repeated };
}
