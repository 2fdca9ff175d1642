/** What does a formula see of an array from the host after casts, reshapes, broadcasts and transposes? */
import { type DType, promote } from "../array/dtype.ts";
import type { Dimension } from "../array/shape.ts";
import { bodyOf } from "../graph/bodies.ts";
import { type Graph, nodesWithin } from "../graph/graph.ts";
import type { Annotation, Attributes, AnyOperation, MovementOperation } from "../tensor/operation.ts";
import type { NodeOf, Tensor } from "../tensor/tensor.ts";
import type { Step } from "../array/view.ts";

/** The operations through which elements are followed: their result has all the elements of the first operand. */
type Followed = Annotation | MovementOperation | "cast";

/** The step that each of them takes; undefined if nothing changes. */
const steps: { readonly [O in Followed]: (node: NodeOf<O>) => Step | undefined } = {
  identity: () => undefined,
  stopGradient: () => undefined,
  check: () => undefined,
  customGradient: () => undefined,
  cast: ({ inputs: [x], dtype }) => (keepsValues(x!.dtype, dtype) ? undefined : { kind: "cast", dtype }),
  reshape: ({ shape }) => ({ kind: "reshape", shape }),
  broadcastTo: ({ shape }) => ({ kind: "broadcastTo", shape }),
  transpose: ({ attributes: { permutation } }) => ({ kind: "transpose", permutation }),
};

/** A node between an array and the tensor that is checked. */
export interface Stage {
  readonly node: Tensor;
  readonly step: Step | undefined;
}

/** What an input of a body is given: a slice of a sequence, or all of an invariant. */
interface Operand {
  readonly tensor: Tensor;
  /** The number of slices; undefined for an invariant. */
  readonly length: Dimension | undefined;
}

/** What the inputs of the bodies in a graph are given; a carry is computed, but for the first step. */
export function operandsOfBodies(graph: Graph): ReadonlyMap<Tensor, Operand> {
  const operands = new Map<Tensor, Operand>();
  for (const node of nodesWithin(graph)) {
    const body = bodyOf(node);
    if (body === undefined) continue;
    const { carries, sequences, length } = node.attributes as Attributes["scan"];
    for (const [index, input] of body.inputs.entries()) {
      if (index < carries) continue;
      operands.set(input, { tensor: node.inputs[index]!, length: index < carries + sequences ? length : undefined });
    }
  }
  return operands;
}

/** The tensor from which a tensor takes its elements, also through the bodies of scans, and the nodes in between, in order. */
export function follow(
  tensor: Tensor,
  operands: ReadonlyMap<Tensor, Operand>,
): { readonly source: Tensor; readonly stages: readonly Stage[] } {
  let stages: Stage[] = [];
  let source = tensor;
  for (;;) {
    const operand = operands.get(source);
    if (operand !== undefined) {
      const { length } = operand;
      if (length !== undefined) stages = stages.flatMap((stage) => forAll(stage, length));
      source = operand.tensor;
    } else if (isFollowed(source.operation)) {
      const stepOf = steps[source.operation] as (node: Tensor) => Step | undefined;
      stages.unshift({ node: source, step: stepOf(source) });
      source = source.inputs[0]!;
    } else return { source, stages };
  }
}

/** The stages that do to each of so many slices of an array what a stage does to one. */
function forAll({ node, step }: Stage, length: Dimension): Stage[] {
  switch (step?.kind) {
    case undefined:
    case "cast":
      return [{ node, step }];
    case "reshape":
      return [{ node, step: { kind: "reshape", shape: [length, ...step.shape] } }];
    case "transpose":
      return [{ node, step: { kind: "transpose", permutation: [0, ...step.permutation.map((axis) => axis + 1)] } }];
    case "broadcastTo": {
      // Aligned at the last axis, the slices would no longer lie along the first.
      const { shape } = node.inputs[0]!;
      const aligned = [length, ...step.shape.slice(shape.length).map(() => 1), ...shape];
      return [
        { node, step: { kind: "reshape", shape: aligned } },
        { node, step: { kind: "broadcastTo", shape: [length, ...step.shape] } },
      ];
    }
  }
}

function isFollowed(operation: AnyOperation): operation is Followed {
  return Object.hasOwn(steps, operation);
}

/** Float32 rounds large integers. */
function keepsValues(from: DType, to: DType): boolean {
  return promote(from, to) === to && !(from === "int32" && to === "float32");
}
