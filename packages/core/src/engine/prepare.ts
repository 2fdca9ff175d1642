/** What happens to a graph before an engine compiles it? */
import type { EngineTraits } from "./contract.ts";
import { erase } from "../graph/erase.ts";
import { DTypeError, ShapeError } from "../array/errors.ts";
import { type Graph, nodesWithin } from "../graph/graph.ts";
import { lower } from "../graph/lower.ts";
import { refusing } from "../graph/refusal.ts";
import { isConcrete } from "../array/shape.ts";
import { simplify } from "../graph/simplify.ts";
import { verify, verifyNodes } from "../graph/verify.ts";

/** How a graph is prepared. */
export interface PrepareOptions {
  /** Whether identities are applied; default true. False is for comparison in tests. */
  readonly simplify?: boolean | undefined;
}

/** The graph in the form that an engine with this name and these traits compiles. Throws if the engine lacks a dtype or operation. */
export function prepare<G extends Graph>(
  graph: G,
  engine: { readonly name: string; readonly traits: Pick<EngineTraits, "dtypes" | "operations" | "namedDimensions"> },
  options: PrepareOptions = {},
): G {
  const improve = (options.simplify ?? true) ? simplify<G> : (unchanged: G) => unchanged;
  const erased = erase(graph);
  verifyNodes(erased);
  const improved = improve(erased);
  const supported = lower(improved, engine.traits.operations, engine.name);
  const lowered = supported === improved ? improved : improve(supported);
  // An identity may have reintroduced an operation that the engine lacks.
  const prepared = lower(lowered, engine.traits.operations, engine.name);
  verify(prepared);
  for (const node of [...prepared.inputs, ...nodesWithin(prepared)]) {
    if (!engine.traits.namedDimensions && !isConcrete(node.shape)) {
      throw new ShapeError(
        `compile: every length must be a number on engine "${engine.name}", got ${node} (${node.operation}). Named lengths are for exported graphs, and for engines with the trait namedDimensions.`,
      );
    }
    if (!engine.traits.dtypes.includes(node.dtype)) {
      throw refusing(
        new DTypeError(
          `compile: every dtype must be one that engine "${engine.name}" supports (${engine.traits.dtypes.join(", ")}), got ${node} (${node.operation}).`,
        ),
        node,
      );
    }
  }
  return prepared;
}
