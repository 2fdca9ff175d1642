/** Which checks of a graph concern arrays from the host, and when are they run? */
import { type Check, runCheck } from "../tensor/check.ts";
import type { TypedArray } from "../array/dtype.ts";
import { type Graph, topologicalOrder } from "../graph/graph.ts";
import { type Stage, follow } from "./host-view.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A check of the input at this position. */
export interface HostCheck {
  readonly input: number;
  readonly check: Check;
}

/**
 * The checks of inputs, each once; those of constants are run at once and throw. Asked of an array is what a formula sees of it: the
 * elements after the user's own casts. A tensor that is computed is not checked.
 */
export function collectChecks(graph: Graph): HostCheck[] {
  const positions = new Map(graph.inputs.map((input, index) => [input, index]));
  const checks: HostCheck[] = [];
  const known = new Set<string>();
  for (const node of topologicalOrder(graph.outputs)) {
    if (node.operation !== "check") continue;
    const { source, stages } = follow(node.inputs[0]!);
    const wanted = checkOf(node);
    if (isAskedBefore(wanted, stages)) continue;
    const check = { ...wanted, through: stepsFor(wanted, stages) };
    if (source.operation === "constant") {
      const { data, shape } = source.attributes as { data: TypedArray; shape: readonly number[] };
      runCheck(check, data, shape);
    }
    const input = positions.get(source);
    if (input === undefined) continue;
    // The outermost function named the argument first; what it calls need not ask again.
    const key = `${input}:${keyOf(check)}`;
    if (!known.has(key)) checks.push({ input, check });
    known.add(key);
  }
  return checks;
}

/** Where the rows lie matters to a check of rows alone: an element is asked, and told, where it stands in the user's array. */
function stepsFor({ kind }: Check, stages: readonly Stage[]): NonNullable<Check["through"]> {
  const steps = stages.flatMap(({ step }) => (step === undefined ? [] : [step]));
  return kind === "oneHot" ? steps : steps.filter((step) => step.kind === "cast");
}

/** What holds of class indices holds of them as any number. */
function isAskedBefore(check: Check, stages: readonly Stage[]): boolean {
  if (check.kind !== "classIndices") return false;
  return stages.some(
    ({ node }, index) =>
      node.operation === "check" &&
      keyOf(checkOf(node)) === keyOf(check) &&
      stages.slice(index).every(({ node: { dtype } }) => dtype !== "bool"),
  );
}

function checkOf(node: Tensor): Check {
  return (node.attributes as { readonly check: Check }).check;
}

/** A text that two checks share just when they ask the same. */
function keyOf({ caller: _caller, argument: _argument, ...rest }: Check): string {
  return JSON.stringify(rest);
}
