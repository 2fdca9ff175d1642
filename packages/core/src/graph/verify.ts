/** Is a graph well formed? Checked before an engine sees it, and in tests after every pass. */
import { formatType } from "../array/type.ts";
import { type Graph, graphsWithin, nodesWithin } from "./graph.ts";
import { EngineError } from "../array/errors.ts";
import { inferType } from "../tensor/infer.ts";
import { type OperationFacts, factsOf } from "../tensor/operation.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { isShape } from "../array/shape.ts";
import { sameShape } from "../array/broadcast.ts";
import { unsoundAttribute } from "./attributes.ts";
import { print } from "../array/describe.ts";
import { isDType } from "../array/dtype.ts";

/** Throws `EngineError` if an operation is an annotation or unknown, or its operands or attributes are invalid. Runs first: the passes rely on it. */
export function verifyNodes(graph: Graph): void {
  for (const node of nodesWithin(graph)) {
    const facts = factsOf(node.operation);
    if (facts === undefined || facts.need === "erased") {
      throw new EngineError(`verify: every operation must be one that engines run, got ${print(node.operation)}.`);
    }
    requireOperands(node, facts);
    const unsound = unsoundAttribute(node);
    if (unsound !== undefined || !isDType(node.dtype) || !isShape(node.shape)) {
      const value =
        unsound === undefined ? node.shape : (node.attributes as Readonly<Record<string, unknown>>)[unsound];
      throw new EngineError(
        `verify: the ${unsound ?? "type"} of every node must be valid for its operation, got ${print(value)} (${node.operation}).`,
      );
    }
  }
}

function requireOperands({ operation, inputs }: Tensor, { operands }: OperationFacts): void {
  const isList = typeof operands === "string";
  if (isList ? inputs.length > 0 : inputs.length === operands.length) return;
  const must = isList ? "at least one operand" : `${operands.length} operands`;
  throw new EngineError(`verify: ${operation} must have ${must}, got ${inputs.length}.`);
}

/** Throws `EngineError` if a pass produced an invalid graph: a bug in this library, or in an engine's own passes. */
export function verify(graph: Graph): void {
  verifyNodes(graph);
  for (const [{ inputs }, nodes] of graphsWithin(graph)) verifyTypes(new Set(inputs), nodes);
}

function verifyTypes(inputs: ReadonlySet<Tensor>, nodes: readonly Tensor[]): void {
  for (const node of nodes) {
    if (node.operation === "input" && !inputs.has(node)) {
      throw new EngineError(
        `verify: every input must be one of the graph's, got ${print((node.attributes as { name: string }).name)}. ` +
          "A tensor of one traced function was used in another.",
      );
    }
    const { shape, dtype } = inferType(node.operation, node.inputs, node.attributes as never);
    if (!sameShape(shape, node.shape) || dtype !== node.dtype) {
      throw new EngineError(
        `verify: a node's type must follow from its operands, got ${node.operation} ${node} for ${formatType(dtype, shape)}.`,
      );
    }
  }
}
