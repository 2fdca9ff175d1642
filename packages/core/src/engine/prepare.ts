/** What happens to a graph before an engine compiles it? */
import type { EngineTraits } from "./contract.ts";
import { erase } from "../graph/erase.ts";
import { DTypeError, ShapeError } from "../array/errors.ts";
import { type Graph, topologicalOrder } from "../graph/graph.ts";
import { lower } from "../graph/lower.ts";
import { refusing } from "../graph/refusal.ts";
import { isConcrete } from "../array/shape.ts";
import { simplify } from "../graph/simplify.ts";
import { verify, verifyNodes } from "../graph/verify.ts";

/** How a graph is prepared. */
export interface PrepareOptions {
  /** Whether identities are applied; default true. Tests compare with false. */
  readonly simplify?: boolean | undefined;
}

/** The graph as an engine of this name and these traits compiles it; throws where it has not the dtypes or operations for it. */
export function prepare<G extends Graph>(
  graph: G,
  engine: { readonly name: string; readonly traits: Pick<EngineTraits, "dtypes" | "operations" | "namedDimensions"> },
  options: PrepareOptions = {},
): G {
  const improve = (options.simplify ?? true) ? simplify<G> : (unchanged: G) => unchanged;
  const erased = erase(graph);
  verifyNodes(erased);
  const lowered = improve(lower(improve(erased), engine.traits.operations, engine.name));
  // An identity may have brought back what the engine lacks.
  const prepared = lower(lowered, engine.traits.operations, engine.name);
  verify(prepared);
  for (const node of [...prepared.inputs, ...topologicalOrder(prepared.outputs)]) {
    if (!engine.traits.namedDimensions && !isConcrete(node.shape)) {
      throw new ShapeError(
        `compile: every length must be a number in engine "${engine.name}", got ${node} (${node.operation}). A name stands for a length only in a graph that is exported.`,
      );
    }
    if (!engine.traits.dtypes.includes(node.dtype)) {
      throw refusing(
        new DTypeError(
          `compile: every dtype must be one that engine "${engine.name}" has (${engine.traits.dtypes.join(", ")}), got ${node} (${node.operation}).`,
        ),
        node,
      );
    }
  }
  return prepared;
}
