/** What does the host finish itself? Scalars, in float64, from the parts that kernels leave. */
import type { Destination } from "./plan.ts";
import type { Value } from "../kernel/node.ts";

/** How a result comes of what is read back: an array as it is, or a scalar computed of several. */
export type HostResult =
  | { readonly kind: "empty" }
  | { readonly kind: "array"; readonly value: Value }
  | { readonly kind: "scalar"; readonly value: Value; readonly reads: readonly Value[] };

/** How an output is finished. */
export function planHostResult(output: Value, destination: Destination): HostResult {
  if (output.size === 0) return { kind: "empty" };
  if (destination === "device" || output.size > 1) return { kind: "array", value: output };
  const reads = new Set<Value>();
  collectReads(output, reads);
  const few = reads.size <= mostReads && !reads.has(output);
  return few ? { kind: "scalar", value: output, reads: [...reads] } : { kind: "array", value: output };
}

/** Each is read back by itself: above this, a kernel that puts them together is faster. */
const mostReads = 4;

/** Elements that the host adds up itself. */
export const mostElements = 2048;

/** The values that must be read back. */
export function resultReads(result: HostResult): readonly Value[] {
  if (result.kind === "empty") return [];
  return result.kind === "array" ? [result.value] : result.reads;
}

/** The scalar, of arrays that have been read back. */
export function finishScalar(value: Value, arrays: ReadonlyMap<Value, Float32Array>): number {
  const known = new Map<Value, number>();
  const finish = (scalar: Value): number => {
    let result = known.get(scalar);
    if (result === undefined) {
      result = compute(scalar);
      known.set(scalar, result);
    }
    return result;
  };
  const compute = (scalar: Value): number => {
    const own = arrays.get(scalar);
    if (own !== undefined) return own[0]!;
    if (scalar.kind === "literal") return scalar.value;
    if (scalar.kind === "reduce") return combineAll(scalar.reducer, arrays.get(summedOf(scalar.inputs[0]!))!);
    const operands = scalar.inputs.map(finish);
    return scalar.kind === "map" ? scalar.call.compute(...operands) : operands[0]!;
  };
  return finish(value);
}

function collectReads(value: Value, reads: Set<Value>): void {
  if (value.kind === "literal") return;
  if ((value.kind === "map" || value.kind === "view") && value.inputs.every(({ size }) => size === 1)) {
    for (const input of value.inputs) collectReads(input, reads);
    return;
  }
  const summed = value.kind === "reduce" ? summedOf(value.inputs[0]!) : undefined;
  const byHost =
    summed !== undefined && summed.size <= mostElements && summed.kind !== "literal" && summed.kind !== "source";
  reads.add(byHost ? summed : value);
}

/** The same elements in the order in which they are computed. */
function summedOf(value: Value): Value {
  return value.kind === "view" && value.inputs[0]!.size === value.size ? summedOf(value.inputs[0]!) : value;
}

function combineAll(reducer: "sum" | "max", elements: Float32Array): number {
  let result = reducer === "sum" ? 0 : -Infinity;
  for (const element of elements) result = reducer === "sum" ? result + element : Math.max(result, element);
  return result;
}
