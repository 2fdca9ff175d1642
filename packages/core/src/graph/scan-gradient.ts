/** How does a gradient flow back through a scan? By one scan in reverse, whose carries are the gradients of the carries. */
import { isFloat } from "../array/dtype.ts";
import { add } from "../tensor/elementwise.ts";
import { full, placeholder } from "../tensor/operand.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { dependentsOf, topologicalOrder } from "./graph.ts";
import { type Carry, type ScanNode, type Slice, makeScan, scanResult } from "./recurrence.ts";
import { substitute } from "./rewrite.ts";

/** A tensor, and the gradient that flows back to it from outside. */
export interface Seed {
  readonly tensor: Tensor;
  readonly cotangent: Tensor;
}

/** The gradients that flow from the seeds to each tensor; undefined where none flows. */
export type FlowBack = (seeds: readonly Seed[], wrt: readonly Tensor[]) => (Tensor | undefined)[];

/** Tensors by the number of an operand or of a result of the scan. */
type Numbered = ReadonlyMap<number, Tensor>;

/**
 * The gradients that flow to a scan's operands from those of its results, which these nodes are. The gradient of a carry is carried from
 * the last step to the first, and that of an invariant is added up on the way; that of a sequence is what the steps give.
 */
export function scanFlows(
  results: readonly ScanNode[],
  cotangents: ReadonlyMap<Tensor, Tensor>,
  isDependent: (operand: Tensor) => boolean,
  flowBack: FlowBack,
): (Tensor | undefined)[] {
  const given = givenCotangents(results, cotangents);
  if (given.size === 0) return [];
  const node = results[0]!;
  const { length, reverse } = node.attributes;
  const slices: Slice[] = [];
  const active = activeInputs(node, isDependent);
  const flowing = new Map(
    active.filter((index) => isCarry(node, index)).map((index) => [index, like(node, index, "cotangent")]),
  );
  const seeds = [...seedsOfCarries(node, flowing), ...seedsOfOutputs(node, given, slices)];
  const flows = readGiven(node, flowsOf(node, active, flowBack, seeds), slices);
  const sums = [...flows.keys()].filter((index) => isInvariant(node, index));
  const sequences = [...flows.keys()].filter((index) => !isCarry(node, index) && !isInvariant(node, index));
  const { final, stacked } = makeScan({
    carries: [
      ...[...flowing].map(([index, input]) => flowingCarry(node, index, input, flows, given, slices)),
      ...sums.map((index) => sumCarry(node, index, flows.get(index)!)),
    ],
    slices,
    outputs: sequences.map((index) => flows.get(index)!),
    length,
    reverse: !reverse,
  });
  const toOperands = new Map([
    ...[...flowing.keys(), ...sums].map((index, at) => [index, final[at]!] as const),
    ...sequences.map((index, at) => [index, stacked[at]!] as const),
  ]);
  return node.inputs.map((_, index) => toOperands.get(index));
}

function isCarry({ attributes: { carries } }: ScanNode, index: number): boolean {
  return index < carries;
}

function isInvariant({ attributes: { carries, sequences } }: ScanNode, index: number): boolean {
  return index >= carries + sequences;
}

/** An input of the type that the body takes. */
function like({ attributes: { body } }: ScanNode, index: number, name: string): Tensor {
  const { shape, dtype } = body.inputs[index]!;
  return placeholder(`${name}${index}`, shape, dtype);
}

/** A slice of a sequence, as an input of the reversed step. */
function take(sequence: Tensor, name: string, slices: Slice[]): Tensor {
  const input = placeholder(name, sequence.shape.slice(1), sequence.dtype);
  slices.push({ input, sequence });
  return input;
}

/** The gradients of the results, by their number. */
function givenCotangents(results: readonly ScanNode[], cotangents: ReadonlyMap<Tensor, Tensor>): Numbered {
  const given = new Map<number, Tensor>();
  for (const result of results) {
    const cotangent = cotangents.get(result);
    const { output } = result.attributes;
    const sofar = given.get(output);
    if (cotangent !== undefined) given.set(output, sofar === undefined ? cotangent : add(sofar, cotangent));
  }
  return given;
}

/** The inputs of the body to which a gradient must flow: a carry is one if what it is computed from is one, in any step before. */
function activeInputs(
  { inputs, attributes: { body, carries } }: ScanNode,
  isDependent: (operand: Tensor) => boolean,
): number[] {
  const order = topologicalOrder(body.outputs);
  const active = new Set(body.inputs.filter((input, index) => isFloat(input.dtype) && isDependent(inputs[index]!)));
  for (let before = -1; before < active.size;) {
    before = active.size;
    const dependent = dependentsOf(active, order);
    for (let index = 0; index < carries; index++) {
      const input = body.inputs[index]!;
      if (isFloat(input.dtype) && dependent.has(body.outputs[index]!)) active.add(input);
    }
  }
  return body.inputs.flatMap((input, index) => (active.has(input) ? [index] : []));
}

function seedsOfCarries({ attributes: { body } }: ScanNode, flowing: Numbered): Seed[] {
  return [...flowing].map(([index, cotangent]) => ({ tensor: body.outputs[index]!, cotangent }));
}

function seedsOfOutputs({ attributes: { body, carries } }: ScanNode, given: Numbered, slices: Slice[]): Seed[] {
  return body.outputs.flatMap((tensor, index) => {
    const cotangent = index < carries ? undefined : given.get(carries + index);
    return cotangent === undefined ? [] : [{ tensor, cotangent: take(cotangent, `outputCotangent${index}`, slices) }];
  });
}

/** The gradients that flow to the inputs of the body in one step. */
function flowsOf(
  { attributes: { body } }: ScanNode,
  active: readonly number[],
  flowBack: FlowBack,
  seeds: readonly Seed[],
): Numbered {
  const flows = flowBack(
    seeds,
    active.map((index) => body.inputs[index]!),
  );
  return new Map(
    active.flatMap((index, at) => {
      const flow = flows[at];
      return flow === undefined ? [] : [[index, flow] as const];
    }),
  );
}

/** The same in the reversed step: what the step took is read from where it is kept, invariants from outside. */
function readGiven(node: ScanNode, flows: Numbered, slices: Slice[]): Numbered {
  const { body, carries } = node.attributes;
  const places = body.inputs.map((input, index) => {
    if (isInvariant(node, index)) return [input, node.inputs[index]!] as const;
    const sequence = isCarry(node, index) ? scanResult(node, carries + index) : node.inputs[index]!;
    return [input, take(sequence, `given${index}`, slices)] as const;
  });
  const read = substitute([...flows.values()], new Map(places));
  return new Map([...flows.keys()].map((index, at) => [index, read[at]!]));
}

/** The gradient of a carry: what flows to it in a step, and from the carries that are kept of each step. */
function flowingCarry(
  { attributes: { carries } }: ScanNode,
  index: number,
  input: Tensor,
  flows: Numbered,
  given: Numbered,
  slices: Slice[],
): Carry {
  const kept = given.get(carries + index);
  const next = flows.get(index) ?? zerosLike(input);
  return {
    input,
    next: kept === undefined ? next : add(next, take(kept, `carryCotangent${index}`, slices)),
    initial: given.get(index) ?? zerosLike(input),
  };
}

function sumCarry(node: ScanNode, index: number, flow: Tensor): Carry {
  const input = like(node, index, "sum");
  return { input, next: add(input, flow), initial: zerosLike(input) };
}

function zerosLike({ shape, dtype }: Tensor): Tensor {
  return full(0, shape, dtype);
}
