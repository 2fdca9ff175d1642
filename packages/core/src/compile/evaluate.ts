/** How is an expression evaluated? Its array constants become inputs, so that the same expression on other data is not compiled again. */
import type { TypedArray } from "../array/dtype.ts";
import type { NDArray } from "../array/ndarray.ts";
import { checkOptions, refuseSurplus } from "../array/options.ts";
import { type MaybePromise, andThen, isPromise } from "../array/promise.ts";
import { topologicalOrder } from "../graph/graph.ts";
import { rewriteGraph } from "../graph/rewrite.ts";
import { placeholder } from "../tensor/operand.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Plan, type PlanOptions, makePlan, perform, planOptions, runOnHost } from "./plan.ts";
import type { Results } from "./signature.ts";
import { type TracedGraph, traceResult } from "./trace.ts";
import type { OfTensors } from "./traceable.ts";

/**
 * Computes a tensor, or a record or list of tensors, on an engine. Throws as `compile` and a call of its result do.
 * @example (await evaluate(huber([1, 2, 3], [1.5, 2, 0]).mean(), { engine })).item()
 */
export async function evaluate<T>(
  expression: T & OfTensors<T, "the expression">,
  options: PlanOptions,
): Promise<Results<T, NDArray>> {
  refuseSurplus("evaluate", arguments, ["expression", "options"]);
  checkOptions("evaluate", options, planOptions);
  return evaluateWith<T>("evaluate", expression, options);
}

/** What `evaluate` gives. Synchronous if the engine is. */
export function evaluateWith<T>(
  caller: string,
  expression: T,
  options: PlanOptions,
): MaybePromise<Results<T, NDArray>> {
  const { graph, values } = liftConstants(traceResult(caller, expression, [], "the expression must be"));
  return andThen(makePlan(graph, options), (plan) =>
    releaseAfter(plan, () => perform(plan, values, runOnHost)),
  ) as never;
}

/** What the run gives; the plan is released when it ends, however it does. */
function releaseAfter<R>(plan: Plan, run: () => MaybePromise<R>): MaybePromise<R> {
  let result: MaybePromise<R> | undefined;
  try {
    result = run();
    return isPromise(result) ? result.finally(() => plan.release()) : result;
  } finally {
    if (!isPromise(result)) plan.release();
  }
}

/** The graph with an input in place of every constant that is not a scalar, and the values of these inputs. */
function liftConstants(graph: TracedGraph): { graph: TracedGraph; values: TypedArray[] } {
  const lifted = new Map<Tensor, Tensor>();
  const values: TypedArray[] = [];
  for (const node of topologicalOrder(graph.outputs)) {
    if (node.operation !== "constant" || node.rank === 0) continue;
    lifted.set(node, placeholder(`constant${values.length}`, node.shape, node.dtype));
    values.push((node.attributes as { data: TypedArray }).data);
  }
  return { graph: rewriteGraph({ ...graph, inputs: [...lifted.values()] }, (node) => lifted.get(node)), values };
}
