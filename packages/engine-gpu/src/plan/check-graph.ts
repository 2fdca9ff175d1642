/** Can kernels be made from this graph? Checked for every graph: one made by hand may contain anything, and kernels are source code. */
import {
  EngineError,
  type Graph,
  type OperationAttributes,
  type ScanNode,
  type Tensor,
  allOperations,
  holds,
  isScan,
  nodesWithin,
  sizeOf,
} from "@symloss/core/engine";

/** Throws `EngineError` if lengths are not integers, operations are unknown, or constants are not of their dtype. */
export function checkGraph({ inputs, outputs }: Graph): void {
  for (const node of new Set([...inputs, ...nodesWithin({ inputs, outputs })])) {
    if (!known.has(node.operation)) refuse("operations", "those that core defines", node.operation);
    for (const length of node.shape) {
      if (!isLength(length)) refuse("lengths", "non-negative integers", length);
    }
    if (node.operation === "constant") checkConstant(node);
    if (isScan(node)) checkScan(node);
  }
}

const known: ReadonlySet<unknown> = new Set(allOperations);

function isLength(length: unknown): boolean {
  return Number.isSafeInteger(length) && (length as number) >= 0;
}

function checkConstant(node: Tensor): void {
  const { data } = node.attributes as OperationAttributes["constant"];
  if (!holds(node.dtype, data) || data.length !== sizeOf(node.shape)) {
    refuse("constants", `typed arrays of their dtype and size, here ${node}`, data);
  }
}

function checkScan({ attributes: { length, carries, sequences, output } }: ScanNode): void {
  for (const count of [length, carries, sequences, output])
    if (!isLength(count)) refuse("counts", "non-negative integers", count);
}

function refuse(what: string, must: string, got: unknown): never {
  throw new EngineError(`compile: ${what} of a graph must be ${must}, got a value of type ${typeof got}.`);
}
