/** Which checks of a graph concern arrays from the host, and when are they run? */
import { type Check, runCheck } from "./check.ts";
import type { TypedArray } from "./dtype.ts";
import { type Graph, topologicalOrder } from "./graph.ts";
import type { AnyOperation } from "./operation.ts";
import type { Tensor } from "./tensor.ts";

/** A check of the input at this position. */
export interface HostCheck {
  readonly input: number;
  readonly check: Check;
}

/** Through these an element stays what it is, so that a check of the result is one of the operand. */
const transparent: ReadonlySet<AnyOperation> = new Set<AnyOperation>([
  "identity",
  "stopGradient",
  "check",
  "cast",
  "reshape",
  "broadcastTo",
  "transpose",
]);

/** The checks of inputs, each once; those of constants are run at once and throw. A tensor that is computed is not checked. */
export function collectChecks(graph: Graph): HostCheck[] {
  const positions = new Map(graph.inputs.map((input, index) => [input, index]));
  const checks: HostCheck[] = [];
  const seen = new Set<string>();
  for (const node of topologicalOrder(graph.outputs)) {
    if (node.operation !== "check") continue;
    const { check } = node.attributes as { check: Check };
    const source = sourceOf(node);
    if (source.operation === "constant") {
      const { data, shape } = source.attributes as { data: TypedArray; shape: readonly number[] };
      runCheck(check, data, shape);
    }
    const input = positions.get(source);
    if (input === undefined) continue;
    // The outermost function named the argument first; what it calls need not ask again.
    const { caller: _caller, argument: _argument, ...kind } = check;
    const key = `${input}:${JSON.stringify(kind)}`;
    if (!seen.has(key)) checks.push({ input, check });
    seen.add(key);
  }
  return checks;
}

function sourceOf(node: Tensor): Tensor {
  let source = node;
  while (transparent.has(source.operation)) source = source.inputs[0]!;
  return source;
}
