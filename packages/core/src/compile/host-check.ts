/** Which checks of a graph apply to arrays from the host? */
import { type Check, checkWithLengths, isOfRows, runCheck } from "../tensor/check.ts";
import type { TypedArray } from "../array/dtype.ts";
import { type Graph, nodesWithin } from "../graph/graph.ts";
import { type Stage, follow, operandsOfBodies } from "./host-view.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A check of the input at this position. */
export interface HostCheck {
  readonly input: number;
  readonly check: Check;
}

/**
 * The checks of inputs, without duplicates; those of constants are run immediately and throw. What is checked is what the formula
 * sees of an array: the elements after the user's own casts. A computed tensor is not checked.
 */
export function collectChecks(graph: Graph): HostCheck[] {
  return checksIn(graph, (check) => check);
}

/** The same. Throws `ShapeError` if what a constant must be depends on a length that has a name, and so is not known before a run. */
export function collectKnownChecks(graph: Graph): HostCheck[] {
  return checksIn(graph, (check) => checkWithLengths(check, undefined));
}

function checksIn(graph: Graph, ofConstant: (check: Check) => Check): HostCheck[] {
  const positions = new Map(graph.inputs.map((input, index) => [input, index]));
  const operands = operandsOfBodies(graph);
  const checks: HostCheck[] = [];
  const known = new Set<string>();
  for (const node of nodesWithin(graph)) {
    if (node.operation !== "check") continue;
    const { source, stages } = follow(node.inputs[0]!, operands);
    const wanted = checkOf(node);
    if (isAskedBefore(wanted, stages)) continue;
    const check = { ...wanted, through: stepsFor(wanted, stages) };
    if (source.operation === "constant") {
      const { data, shape } = source.attributes as { data: TypedArray; shape: readonly number[] };
      runCheck(ofConstant(check), data, shape);
    }
    const input = positions.get(source);
    if (input === undefined) continue;
    // The outermost function names the argument first; the same check in a function it calls is redundant.
    const key = `${input}:${keyOf(check)}`;
    if (!known.has(key)) checks.push({ input, check });
    known.add(key);
  }
  return checks;
}

/** Only a check of rows depends on their layout: any other check runs on, and reports positions in, the user's own array. */
function stepsFor(check: Check, stages: readonly Stage[]): NonNullable<Check["through"]> {
  const steps = stages.flatMap(({ step }) => (step === undefined ? [] : [step]));
  return isOfRows(check) ? steps : steps.filter((step) => step.kind === "cast");
}

/** Class indices that passed the same check before a cast to another numeric type need no second check. */
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

/** A key that two checks share exactly if they check the same condition. */
function keyOf({ caller: _caller, argument: _argument, help: _help, ...rest }: Check): string {
  return JSON.stringify(rest);
}
