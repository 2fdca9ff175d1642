/** In which steps does a graph run, where does each value lie, and how long is it needed? */
import {
  type Graph,
  type HostProgram,
  type OperationAttributes,
  type Tensor,
  type TypedArray,
  allocate,
  bytesPerElement,
  constantBytes,
  sizeOf,
  topologicalOrder,
} from "@symloss/core/engine";
import { type Layout, copier, isContiguous, rowMajor } from "./layout.ts";
import { operations } from "./operations.ts";
import type { Computed, Fill, ResultType, Row } from "./row.ts";

/** A compiled graph that computes synchronously. */
export interface Plan extends HostProgram {
  run(values: readonly TypedArray[], outputs?: readonly TypedArray[]): readonly TypedArray[];
}

/** Where a value lies: in the array of a node, its own or, for a view, the viewed node's. */
interface View {
  readonly owner: Tensor;
  readonly layout: Layout;
}

/** Fills the array of a node from those of others. */
interface Step {
  readonly node: Tensor;
  readonly fill: Fill;
  readonly operands: readonly Tensor[];
}

/** A graph of concrete shapes as steps; its description is a line for each operation, then the bytes that a run allocates. */
export function planGraph(graph: Graph): Plan {
  const order = topologicalOrder([...graph.inputs, ...graph.outputs]);
  const views = new Map<Tensor, View>();
  const steps: Step[] = [];
  const lines: string[] = [];
  for (const node of order) {
    const operands = node.inputs.map((input) => views.get(input)!);
    const computed = compute(node, operands);
    if ("view" in computed) {
      views.set(node, { owner: operands[0]?.owner ?? node, layout: computed.view });
    } else {
      views.set(node, { owner: node, layout: rowMajor(typeOf(node).shape) });
      steps.push({ node, fill: computed.fill, operands: operands.map(({ owner }) => owner) });
    }
    if (!isGiven(node)) lines.push(describe(node, computed));
  }
  const outputs = graph.outputs.map((node) => views.get(node)!);
  const takeOutputs = planOutputs(graph.outputs, outputs);
  const releases = planReleases(steps, outputs);
  const constants = order.filter((node) => node.operation === "constant");
  return {
    description: [...lines, describeMemory(steps, releases)].join("\n"),
    bytes: constantBytes(graph),
    run(values) {
      const arrays = new Map<Tensor, TypedArray>();
      for (const node of constants) arrays.set(node, (node.attributes as OperationAttributes["constant"]).data);
      for (const [index, node] of graph.inputs.entries()) arrays.set(node, values[index]!);
      for (const [index, { node, fill, operands }] of steps.entries()) {
        const result = allocate(node.dtype, sizeOf(node.shape));
        fill(result, ...operands.map((operand) => arrays.get(operand)!));
        arrays.set(node, result);
        for (const released of releases[index]!) arrays.delete(released);
      }
      return takeOutputs.map((take) => take(arrays));
    },
  };
}

function compute(node: Tensor, operands: readonly View[]): Computed {
  const row = operations[node.operation as keyof typeof operations] as Row<never>;
  return row(
    operands.map(({ layout }) => layout),
    node.attributes as never,
    typeOf(node),
  );
}

/** After each step, the arrays that are no longer needed. */
function planReleases(steps: readonly Step[], outputs: readonly View[]): readonly Tensor[][] {
  const seen = new Set(outputs.map(({ owner }) => owner));
  const releases: Tensor[][] = steps.map(() => []);
  for (let index = steps.length - 1; index >= 0; index--) {
    for (const owner of steps[index]!.operands) {
      if (seen.has(owner)) continue;
      seen.add(owner);
      releases[index]!.push(owner);
    }
  }
  return releases;
}

/** How each output becomes an array of its own: the array that was filled, given away once, or a copy. */
function planOutputs(
  nodes: readonly Tensor[],
  outputs: readonly View[],
): ((arrays: ReadonlyMap<Tensor, TypedArray>) => TypedArray)[] {
  const givenAway = new Set<Tensor>();
  return outputs.map(({ owner, layout }, index) => {
    const { shape, dtype } = typeOf(nodes[index]!);
    const whole = isContiguous(layout) && sizeOf(shape) === sizeOf(owner.shape);
    if (whole && !isGiven(owner) && !givenAway.has(owner)) {
      givenAway.add(owner);
      return (arrays) => arrays.get(owner)!;
    }
    const copy = copier(rowMajor(shape), layout);
    return (arrays) => {
      const result = allocate(dtype, sizeOf(shape));
      copy(result, arrays.get(owner)!);
      return result;
    };
  });
}

function describe(node: Tensor, computed: Computed): string {
  const what = "view" in computed ? "a view" : `${bytesOf(node)} bytes`;
  return `${node.operation}(${node.inputs.join(", ")}) -> ${node}, ${what}`;
}

/** Of the arrays that the steps fill; outputs that are copies are not included. */
function describeMemory(steps: readonly Step[], releases: readonly (readonly Tensor[])[]): string {
  let total = 0;
  let held = 0;
  let most = 0;
  for (const [index, { node }] of steps.entries()) {
    total += bytesOf(node);
    held += bytesOf(node);
    most = Math.max(most, held);
    for (const released of releases[index]!) if (!isGiven(released)) held -= bytesOf(released);
  }
  return `${total} bytes in all, at most ${most} at once`;
}

/** Whether the array exists before anything runs, and isn't the plan's to give away. */
function isGiven(node: Tensor): boolean {
  return node.operation === "input" || node.operation === "constant";
}

function bytesOf(node: Tensor): number {
  return sizeOf(node.shape) * bytesPerElement[node.dtype];
}

/** Engines only compile concrete shapes. */
function typeOf({ shape, dtype }: Tensor): ResultType {
  return { shape: shape as readonly number[], dtype };
}
