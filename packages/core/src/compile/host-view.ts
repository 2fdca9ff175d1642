/** What does a formula see of an array from the host after casts, reshapes, broadcasts and transposes? */
import { type DType, promote } from "../array/dtype.ts";
import type { Annotation, AnyOperation, MovementOperation } from "../tensor/operation.ts";
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

/** The tensor from which a tensor takes its elements, and the nodes in between, in order. */
export function follow(tensor: Tensor): { readonly source: Tensor; readonly stages: readonly Stage[] } {
  const stages: Stage[] = [];
  let source = tensor;
  while (isFollowed(source.operation)) {
    const stepOf = steps[source.operation] as (node: Tensor) => Step | undefined;
    stages.unshift({ node: source, step: stepOf(source) });
    source = source.inputs[0]!;
  }
  return { source, stages };
}

function isFollowed(operation: AnyOperation): operation is Followed {
  return Object.hasOwn(steps, operation);
}

/** Float32 rounds large integers. */
function keepsValues(from: DType, to: DType): boolean {
  return promote(from, to) === to && !(from === "int32" && to === "float32");
}
