/** In which steps does a graph run, where does each value lie, and how long is it needed? */
import {
  type Graph,
  type HostProgram,
  type OperationAttributes,
  type ScanNode,
  type Tensor,
  type TypedArray,
  allocate,
  bytesPerElement,
  constantBytes,
  groupScans,
  isScan,
  sizeOf,
  topologicalOrder,
} from "@symloss/core/engine";
import { type Layout, copier, isContiguous, rowMajor } from "./layout.ts";
import { operations } from "./operations.ts";
import type { ResultType, Row } from "./row.ts";
import { type FillAll, fillScan } from "./scan.ts";

/** A compiled graph that computes synchronously. */
export interface Plan extends HostProgram {
  run(values: readonly TypedArray[], outputs?: readonly TypedArray[]): readonly TypedArray[];
}

/** Where a value lies: in the array of a node, its own or, for a view, the viewed node's. */
interface View {
  readonly owner: Tensor;
  readonly layout: Layout;
}

/** Fills the arrays of nodes, one or the results of a scan, from those of others. */
interface Step {
  readonly nodes: readonly Tensor[];
  readonly fill: FillAll;
  readonly operands: readonly Tensor[];
}

/** A graph of concrete shapes as steps; its description is a line for each operation, then the bytes that a run allocates. */
export function planGraph(graph: Graph): Plan {
  const order = topologicalOrder([...graph.inputs, ...graph.outputs]);
  const views = new Map<Tensor, View>();
  const steps: Step[] = [];
  const lines: string[] = [];
  const scans = groupScans(order);
  for (const node of order) {
    const operands = node.inputs.map((input) => views.get(input)!);
    const computed = isScan(node) ? computeScan(scans.get(node), operands) : compute(node, operands);
    if ("view" in computed) {
      views.set(node, { owner: operands[0]?.owner ?? node, layout: computed.view });
    } else {
      views.set(node, { owner: node, layout: rowMajor(typeOf(node).shape) });
      if (computed.nodes.length > 0) steps.push({ ...computed, operands: operands.map(({ owner }) => owner) });
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
      for (const [index, { nodes, fill, operands }] of steps.entries()) {
        const results = nodes.map(({ dtype, shape }) => allocate(dtype, sizeOf(shape)));
        fill(
          results,
          operands.map((operand) => arrays.get(operand)!),
        );
        for (const [at, node] of nodes.entries()) arrays.set(node, results[at]!);
        for (const released of releases[index]!) arrays.delete(released);
      }
      return takeOutputs.map((take) => take(arrays));
    },
  };
}

/** What a node takes: the filling of arrays, of its own or of all results of its scan, or a view of its first operand. */
type Planned = Pick<Step, "nodes" | "fill"> | { readonly view: Layout };

function compute(node: Tensor, operands: readonly View[]): Planned {
  const row = operations[node.operation as keyof typeof operations] as Row<never>;
  const computed = row(
    operands.map(({ layout }) => layout),
    node.attributes as never,
    typeOf(node),
  );
  if ("view" in computed) return computed;
  return { nodes: [node], fill: ([result], arrays) => computed.fill(result!, ...arrays) };
}

/** The results of a scan are filled together, with the first of them. */
function computeScan(nodes: readonly ScanNode[] | undefined, operands: readonly View[]): Planned {
  if (nodes === undefined) return { nodes: [], fill: () => {} };
  const body = planGraph(nodes[0]!.attributes.body);
  const layouts = operands.map(({ layout }) => layout);
  return { nodes, fill: fillScan(nodes, layouts, (inputs) => body.run(inputs)) };
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

function describe(node: Tensor, computed: Planned): string {
  const what = "view" in computed ? "a view" : `${bytesOf(node)} bytes`;
  return `${node.operation}(${node.inputs.join(", ")}) -> ${node}, ${what}`;
}

/** Of the arrays that the steps fill; outputs that are copies are not included. */
function describeMemory(steps: readonly Step[], releases: readonly (readonly Tensor[])[]): string {
  let total = 0;
  let held = 0;
  let most = 0;
  for (const [index, { nodes }] of steps.entries()) {
    const bytes = nodes.reduce((sum, node) => sum + bytesOf(node), 0);
    total += bytes;
    held += bytes;
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
