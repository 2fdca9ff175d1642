/** What must an engine compute for a function of arrays, and how accurately? */
import type { EngineTraits, NDArray, Tensor } from "@symloss/core";
import { type Graph, type TracedGraph, traceGraph } from "@symloss/core/engine";
import type { Expected } from "../compare.ts";
import { boundErrors } from "./bound.ts";
import { evaluateGraph } from "./evaluate.ts";

/** A function of tensors that returns one or several. */
export type TensorFunction = (...tensors: Tensor[]) => Tensor | readonly Tensor[];

/** The graph of a function of arrays like these. */
export function traceOf(fn: TensorFunction, arrays: readonly NDArray[]): TracedGraph {
  const specs = arrays.map(({ shape, dtype }, index) => [`x${index}`, { shape, dtype }] as const);
  return traceGraph("conformance", (inputs) => fn(...Object.values<Tensor>(inputs)), Object.fromEntries(specs));
}

/**
 * The expected outputs of the graph. `slack` widens the allowed error, for graphs that an engine may compute in another order.
 * An element that depends on rounding, or is not finite and the traits leave that unspecified, may be anything.
 */
export function predict(
  graph: Graph,
  arrays: readonly NDArray[],
  traits: Pick<EngineTraits, "precision" | "nonFinite">,
  slack = 1,
): Expected[] {
  const values = evaluateGraph(
    graph,
    arrays.map(({ data }) => [...data]),
  );
  const errors = boundErrors(graph, values, traits);
  return graph.outputs.map((output) => {
    const elements = values.get(output)!;
    const bounds = errors.get(output)!;
    return {
      shape: output.shape as readonly number[],
      dtype: output.dtype,
      values: elements,
      allowed: (index) => slack * bounds[index]!,
    };
  });
}
