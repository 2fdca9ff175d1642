/** How is a scan made of the graph of one step, which of its results are in a graph, and what does it compute without it? */
import type { Body } from "../tensor/operation.ts";
import { reshape, slice, stack } from "../tensor/movement.ts";
import { full, placeholder } from "../tensor/operand.ts";
import { type NodeOf, type Tensor, makeTensor } from "../tensor/tensor.ts";
import type { Dimension } from "../array/shape.ts";
import { dependentsOf, scanKey, topologicalOrder } from "./graph.ts";
import { substitute } from "./rewrite.ts";

/** A node that is a result of a scan. */
export type ScanNode = NodeOf<"scan">;

/** What is carried from step to step: what the body takes, what it gives, and what the first step takes. */
export interface Carry {
  readonly input: Tensor;
  readonly next: Tensor;
  readonly initial: Tensor;
}

/** What the body takes of a sequence. */
export interface Slice {
  readonly input: Tensor;
  readonly sequence: Tensor;
}

/** A step as a graph over fresh inputs, which may also depend on any other tensors. */
export interface ScanStep {
  readonly carries: readonly Carry[];
  readonly slices: readonly Slice[];
  readonly outputs: readonly Tensor[];
  readonly length: Dimension;
  readonly reverse: boolean;
}

/** The final carries, and the outputs of all steps, stacked. */
export interface ScanResults {
  readonly final: readonly Tensor[];
  readonly stacked: readonly Tensor[];
}

/** The results of a scan. What a step does not change is computed once, outside, and passed in; what no step uses is not. */
export function makeScan({ carries, slices, outputs, length, reverse }: ScanStep): ScanResults {
  if (length === 0) {
    return {
      final: carries.map(({ initial }) => initial),
      stacked: outputs.map(({ shape, dtype }) => full(0, [0, ...shape], dtype)),
    };
  }
  const inputs = [...carries, ...slices].map(({ input }) => input);
  const results = [...carries.map(({ next }) => next), ...outputs];
  const outside = new Map(
    findInvariants(inputs, results).map((tensor, index) => [
      tensor,
      placeholder(`invariant${index}`, tensor.shape, tensor.dtype),
    ]),
  );
  const inside = substitute(results, outside);
  const used = usedSlices({ carries, slices }, inside);
  const body: Body = {
    inputs: [...[...carries, ...used].map(({ input }) => input), ...outside.values()],
    outputs: inside,
  };
  const operands = [
    ...carries.map(({ initial }) => initial),
    ...used.map(({ sequence }) => sequence),
    ...outside.keys(),
  ];
  const result = (output: number): Tensor =>
    makeTensor("scan", operands, { body, length, carries: carries.length, sequences: used.length, reverse, output });
  return {
    final: carries.map((_, index) => result(index)),
    stacked: outputs.map((_, index) => result(2 * carries.length + index)),
  };
}

/** The largest tensors under these that depend on none of the inputs; what costs nothing to compute again is not among them. */
function findInvariants(inputs: readonly Tensor[], roots: readonly Tensor[]): Tensor[] {
  const order = topologicalOrder(roots);
  const varying = dependentsOf(inputs, order);
  const invariants = new Set<Tensor>();
  const add = (node: Tensor): void => {
    if (varying.has(node) || invariants.has(node)) return;
    if (isFree(node)) for (const input of node.inputs) add(input);
    else invariants.add(node);
  };
  for (const node of order) if (varying.has(node)) for (const input of node.inputs) add(input);
  for (const root of roots) add(root);
  return [...invariants];
}

function isFree({ operation, rank }: Tensor): boolean {
  if (operation === "constant") return rank === 0;
  return operation === "iota" || operation === "broadcastTo" || operation === "reshape";
}

/** A scan has an operand: if nothing is carried, then a sequence, even one that no step uses. */
function usedSlices(
  { carries, slices }: Pick<ScanStep, "carries" | "slices">,
  outputs: readonly Tensor[],
): readonly Slice[] {
  const under = new Set(topologicalOrder(outputs));
  const used = slices.filter(({ input }) => under.has(input));
  return used.length === 0 && carries.length === 0 ? slices.slice(0, 1) : used;
}

/** Another result of the scan of which a node is one. */
export function scanResult(node: ScanNode, output: number): Tensor {
  return makeTensor("scan", node.inputs, { ...node.attributes, output });
}

/** The results of scans among these nodes, by scan: its first node leads to all of them, itself included. */
export function groupScans(nodes: readonly Tensor[]): ReadonlyMap<Tensor, readonly ScanNode[]> {
  const numbers = new Map(nodes.map((node, index) => [node, index]));
  const groups = new Map<string, ScanNode[]>();
  for (const node of nodes) {
    if (!isScan(node)) continue;
    const key = `${scanKey(node)}(${node.inputs.map((input) => numbers.get(input)).join()})`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [node]);
    else group.push(node);
  }
  return new Map([...groups.values()].map((group) => [group[0]!, group]));
}

/** Whether a node is a result of a scan. */
export function isScan(node: Tensor): node is ScanNode {
  return node.operation === "scan";
}

/** How the steps of a scan are computed, with values of whatever kind stands for tensors. */
export interface StepRunner<T> {
  /** The slice at a place of the operand with this number, which is a sequence. */
  readonly sliceAt: (sequence: T, place: number, operand: number) => T;
  /** The outputs of the body. */
  readonly runBody: (inputs: readonly T[]) => readonly T[];
  /** Is told of each step: its place in what is stacked, the carries before it, and the outputs that are not carries. */
  readonly keep: (place: number, before: readonly T[], given: readonly T[]) => void;
}

/** Computes the steps of a scan in order, from its operands, and returns the final carries. The scan's length is a number. */
export function runSteps<T>(
  { attributes }: ScanNode,
  operands: readonly T[],
  { sliceAt, runBody, keep }: StepRunner<T>,
): readonly T[] {
  const { carries: count, sequences, reverse } = attributes;
  const length = attributes.length as number;
  let carries = operands.slice(0, count);
  for (let step = 0; step < length; step++) {
    const place = reverse ? length - 1 - step : step;
    const inputs = operands.map((operand, index) => {
      if (index < count) return carries[index]!;
      return index < count + sequences ? sliceAt(operand, place, index) : operand;
    });
    const outputs = runBody(inputs);
    keep(place, carries, outputs.slice(count));
    carries = outputs.slice(0, count);
  }
  return carries;
}

const unrolled = new WeakMap<Body, { readonly inputs: readonly Tensor[]; readonly results: readonly Tensor[] }[]>();

/** The same as a scan's result, from a copy of the body for each step. The scan's length is a number. */
export function unroll(node: ScanNode): Tensor {
  const { body, output } = node.attributes;
  const known = unrolled.get(body) ?? [];
  unrolled.set(body, known);
  const isSame = (inputs: readonly Tensor[]): boolean => inputs.every((input, index) => input === node.inputs[index]);
  let copy = known.find(({ inputs }) => isSame(inputs));
  if (copy === undefined) known.push((copy = { inputs: node.inputs, results: unrollAll(node) }));
  return copy.results[output]!;
}

/** Every result of a scan. */
function unrollAll(node: ScanNode): Tensor[] {
  const { body } = node.attributes;
  const before: (readonly Tensor[])[] = [];
  const after: (readonly Tensor[])[] = [];
  const carries = runSteps<Tensor>(node, node.inputs, {
    sliceAt,
    runBody: (inputs) => substitute(body.outputs, new Map(body.inputs.map((input, index) => [input, inputs[index]!]))),
    keep: (place, carried, given) => {
      before[place] = carried;
      after[place] = given;
    },
  });
  const stackAll = (lists: readonly (readonly Tensor[])[]): Tensor[] =>
    lists[0]!.map((_, index) => stack(lists.map((list) => list[index]!)));
  return [...carries, ...stackAll(before), ...stackAll(after)];
}

function sliceAt(sequence: Tensor, place: number): Tensor {
  const rest = sequence.shape.slice(1);
  const starts = [place, ...rest.map(() => 0)];
  return reshape(slice(sequence, starts, [place + 1, ...rest.map(() => undefined)]), rest);
}
