/** In which parts does a plan run, programs and what is repeated, and in which memory do they pass on what they compute? */
import {
  EngineError,
  type ScanNode,
  Tensor,
  type TypedArray,
  isScan,
  substitute,
  topologicalOrder,
} from "@symloss/core/engine";
import { type Cut, cutGraph } from "./cuts.ts";
import type { SumOrder } from "./element/sum-order.ts";
import { translate } from "./element/translate.ts";
import { type Ones, followAxes, followBody, onesInBody } from "./element/unit-axes.ts";
import { type Window, shifted, whole } from "./element/window.ts";
import { emitPrograms } from "./emit/emit.ts";
import { type Length, addLengths, lengthOf, multiplyLengths, sizeOfShape } from "./program/length.ts";
import type { Buffer, Program } from "./program/program.ts";
import { fuse } from "./schedule/fusion.ts";
import { type LoopTree, splitPrograms } from "./schedule/loop-tree.ts";
import { collectStages } from "./schedule/stages.ts";
import { planStorage } from "./schedule/storage.ts";

/** What runs in order. */
export type Part<L extends Length = Length> = Programs | Repetition<L>;

/** Programs that run one after the other. */
export interface Programs {
  readonly kind: "programs";
  /** Which stages share a loop. */
  readonly tree: LoopTree;
  /** Their numbers in the plan. */
  readonly programs: readonly number[];
}

/** Parts that run once for each step of a scan. */
export interface Repetition<L extends Length = Length> {
  readonly kind: "repetition";
  readonly length: L;
  /** Before each step it is set to the place of the slices: the number of the step, or, in reverse, how many steps follow. */
  readonly place: Buffer<L>;
  readonly reverse: boolean;
  /** Before each step it is set to 0 if its number is even, else to 1. */
  readonly parity: Buffer<L>;
  readonly parts: readonly Part<L>[];
}

/** A program, and which of its loops go over what may be a batch. */
export interface EmittedProgram {
  readonly program: Program;
  readonly batches: ReadonlySet<number>;
}

/** What all parts of a plan share while they are planned. */
export interface Planning {
  readonly sums: SumOrder;
  readonly buffers: Buffer[];
  readonly programs: EmittedProgram[];
}

/** What is known of the tensors of one graph. */
export interface Known {
  /** Where those are that lie in memory. */
  readonly windows: Map<Tensor, Window>;
  /** Whether an axis always has its length, and is not a batch; undefined if it is only broadcast. */
  readonly isFixed: (tensor: Tensor, axis: number) => boolean | undefined;
}

/** What is known of a graph whose inputs lie here: the first axis of each may be a batch. */
export function knownOf(inputs: readonly Tensor[], windows: readonly Window[], outputs: readonly Tensor[]): Known {
  let ones: ReadonlyMap<Tensor, Ones> | undefined;
  const isFixedInput = (_: Tensor, axis: number): boolean => axis > 0;
  return {
    windows: new Map(inputs.map((input, index) => [input, windows[index]!])),
    isFixed(tensor, axis) {
      if (tensor.operation === "input") return isFixedInput(tensor, axis);
      ones ??= followAxes(topologicalOrder([...inputs, ...outputs]), isFixedInput);
      return ones.get(tensor)![axis];
    },
  };
}

/** The parts that compute tensors into windows. */
export function planParts(
  planning: Planning,
  outputs: readonly Tensor[],
  targets: readonly Window[],
  known: Known,
): readonly Part[] {
  const direct = new Map<Tensor, Window>();
  const others: number[] = [];
  for (const [position, output] of outputs.entries()) {
    if (isStacked(output) && !direct.has(output)) direct.set(output, targets[position]!);
    else others.push(position);
  }
  const scans = cutGraph(outputs).flatMap((cut) => planScan(planning, cut, direct, known));
  const rest = planPrograms(
    planning,
    others.map((position) => outputs[position]!),
    others.map((position) => targets[position]!),
    known,
  );
  return [...scans, ...rest];
}

/** Whether a tensor is what the steps of a scan give, which can be written where it belongs. */
function isStacked(tensor: Tensor): boolean {
  return isScan(tensor) && tensor.attributes.output >= 2 * tensor.attributes.carries;
}

/** The programs that compute tensors, from those that lie in memory. */
function planPrograms(
  planning: Planning,
  outputs: readonly Tensor[],
  targets: readonly Window[],
  known: Known,
): readonly Part[] {
  if (outputs.length === 0) return [];
  const origins = new Map(placedUnder(outputs, known.windows).map((tensor) => [inputFor(tensor), tensor]));
  const graph = {
    inputs: [...origins.keys()],
    outputs: substitute(outputs, new Map([...origins].map(([input, origin]) => [origin, input]))),
  };
  const { sums, buffers, programs } = planning;
  const stores = translate(graph, sums, {
    inputs: [...origins.values()].map((origin) => known.windows.get(origin)!),
    outputs: targets,
    buffers,
    isFixed: (input, axis) => known.isFixed(origins.get(input)!, axis),
  });
  const stages = collectStages(stores);
  const tree = fuse(stages.list);
  const trees = splitPrograms(tree);
  const emitted = emitPrograms(trees, planStorage(trees), stages, buffers);
  const own = emitted.programs.map((program) => programs.push({ program, batches: emitted.batches }) - 1);
  return [{ kind: "programs", tree, programs: own }];
}

/** The tensors in memory that these are computed from, in the order in which they came to lie there. */
function placedUnder(outputs: readonly Tensor[], windows: ReadonlyMap<Tensor, Window>): Tensor[] {
  const met = new Set(outputs);
  // A set is walked while it grows.
  for (const node of met) if (!windows.has(node)) for (const input of node.inputs) met.add(input);
  return [...windows.keys()].filter((tensor) => met.has(tensor));
}

/** What stands for a tensor that lies in memory. */
function inputFor(tensor: Tensor): Tensor {
  const { operation, shape, dtype } = tensor;
  return operation === "input" ? tensor : new Tensor("input", [], { name: "lasting", shape, dtype }, shape, dtype);
}

/** The parts of a scan: what it and later parts need, then its steps. Afterwards the results that are wanted lie in memory. */
function planScan(
  planning: Planning,
  { scan: nodes, stored }: Cut,
  direct: ReadonlyMap<Tensor, Window>,
  known: Known,
): readonly Part[] {
  const [node] = nodes as readonly [ScanNode];
  const { windows } = known;
  const { carries: count } = node.attributes;
  const carries = node.inputs.slice(0, count).map((_, index) => makeCarry(planning, nodes, index));
  const operands = node.inputs.slice(count);
  for (const operand of operands) if (isArray(operand)) once(windows, operand, () => placeConstant(planning, operand));
  const missing = [...new Set([...operands, ...stored])].filter((tensor) => !windows.has(tensor));
  const places = missing.map((tensor) => lasting(planning, tensor, sizeOfShape(tensor.shape)));
  const before = planPrograms(
    planning,
    [...node.inputs.slice(0, count), ...missing],
    [...carries.map(({ initial }) => initial), ...places],
    known,
  );
  for (const [index, tensor] of missing.entries()) windows.set(tensor, places[index]!);
  return [...before, planSteps(planning, nodes, carries, direct, known)];
}

/** The steps of a scan whose operands lie in memory. */
function planSteps(
  planning: Planning,
  nodes: readonly ScanNode[],
  carries: readonly CarryWindows[],
  direct: ReadonlyMap<Tensor, Window>,
  known: Known,
): Repetition {
  const [node] = nodes as readonly [ScanNode];
  const { body, carries: count, sequences, reverse } = node.attributes;
  const length = stepsOf(node);
  const [place, parity] = [counter(planning), counter(planning)];
  const outputs = stackOutputs(planning, nodes, direct);
  const taken = body.inputs.map((input, index): Window => {
    if (index < count) return inStep(carries[index]!.read, place, parity);
    const window = known.windows.get(node.inputs[index]!)!;
    return index < count + sequences ? shifted(window, 0, place, sizeOfShape(input.shape)) : window;
  });
  const given = [
    ...carries.map(({ write }) => inStep(write, place, parity)),
    ...outputs.map(({ window, tensor }) => shifted(window, 0, place, sizeOfShape(tensor.shape))),
  ];
  const parts = planParts(
    planning,
    [...body.outputs.slice(0, count), ...outputs.map(({ tensor }) => tensor)],
    given,
    knownInBody(node, taken, known),
  );
  for (const result of nodes) {
    const { output } = result.attributes;
    const carry = carries[output % count];
    if (output < count) known.windows.set(result, carry!.final);
    else if (output < 2 * count) known.windows.set(result, carry!.stacked!);
  }
  for (const { window, results } of outputs) for (const result of results) known.windows.set(result, window);
  return { kind: "repetition", length, place, reverse, parity, parts };
}

/** How many steps a scan has. Throws `EngineError` unless it is a whole number from 1 or a name: it decides where a step reads and writes. */
function stepsOf({ attributes: { length } }: ScanNode): Length {
  if (typeof length === "string") return lengthOf(length);
  if (typeof length === "number" && Number.isSafeInteger(length) && length >= 1) return length;
  throw new EngineError(
    `loops: the steps of a scan must be a whole number from 1, got ${typeof length === "number" ? length : `a ${typeof length}`}. The graph is not one of this library's making.`,
  );
}

/** What is known in the body of a scan. */
function knownInBody(node: ScanNode, windows: readonly Window[], outside: Known): Known {
  const { attributes, inputs } = node;
  let ones: ReadonlyMap<Tensor, Ones> | undefined;
  return {
    windows: new Map(attributes.body.inputs.map((input, index) => [input, windows[index]!])),
    isFixed(tensor, axis) {
      ones ??= followBody(
        attributes,
        onesInBody(
          node,
          inputs.map((operand) => operand.shape.map((_, at) => outside.isFixed(operand, at))),
        ),
      );
      return ones.get(tensor)![axis];
    },
  };
}

/** Where a step's part of a window is: in terms of the place of its slices, or of whether its number is odd. */
interface StepWindow {
  readonly window: Window;
  readonly by: "place" | "parity";
  readonly stride: Length;
}

function inStep({ window, by, stride }: StepWindow, place: Buffer, parity: Buffer): Window {
  return shifted(window, 0, by === "place" ? place : parity, stride);
}

/** Where a carry is before the first step, before and after each, and after the last. */
interface CarryWindows {
  readonly initial: Window;
  readonly read: StepWindow;
  readonly write: StepWindow;
  readonly final: Window;
  /** What it was before each step, if that is wanted. */
  readonly stacked: Window | undefined;
}

/** A carry is written beside where it is read, into one of two places, or into the next of all that are kept. */
function makeCarry(planning: Planning, nodes: readonly ScanNode[], index: number): CarryWindows {
  const { body, carries, reverse } = nodes[0]!.attributes;
  const length = stepsOf(nodes[0]!);
  const input = body.inputs[index]!;
  const size = sizeOfShape(input.shape);
  // Where the last of an unknown number of steps writes can be told only if each writes to a place of its own.
  const isKept = typeof length !== "number" || nodes.some(({ attributes: { output } }) => output === carries + index);
  const all = lasting(planning, input, multiplyLengths(size, isKept ? addLengths(length, 1) : 2));
  const next = { ...all, buffer: addBuffer(planning, { ...all.buffer, shares: all.buffer }) };
  if (!isKept) {
    return {
      initial: all,
      read: { window: all, by: "parity", stride: size },
      write: { window: shifted(next, size), by: "parity", stride: multiplyLengths(-1, size) },
      final: shifted(all, length % 2 === 0 ? 0 : size),
      stacked: undefined,
    };
  }
  const [from, to]: [Length, Length] = reverse ? [size, 0] : [0, size];
  return {
    initial: shifted(all, reverse ? multiplyLengths(length, size) : 0),
    read: { window: shifted(all, from), by: "place", stride: size },
    write: { window: shifted(next, to), by: "place", stride: size },
    final: shifted(all, reverse ? 0 : multiplyLengths(length, size)),
    stacked: shifted(all, from),
  };
}

/** An output of the steps that is wanted, the window of all of them, and the results that it is. */
interface StackedOutput {
  readonly tensor: Tensor;
  readonly window: Window;
  readonly results: readonly ScanNode[];
}

function stackOutputs(
  planning: Planning,
  nodes: readonly ScanNode[],
  direct: ReadonlyMap<Tensor, Window>,
): StackedOutput[] {
  const { body, carries } = nodes[0]!.attributes;
  return body.outputs.slice(carries).flatMap((tensor, index) => {
    const results = nodes.filter(({ attributes: { output } }) => output === 2 * carries + index);
    const [first] = results;
    if (first === undefined) return [];
    const target = results.find((result) => direct.has(result));
    const window = target === undefined ? lasting(planning, tensor, sizeOfShape(first.shape)) : direct.get(target)!;
    return [{ tensor, window, results }];
  });
}

function addBuffer({ buffers }: Planning, buffer: Omit<Buffer, "id">): Buffer {
  buffers.push({ ...buffer, id: buffers.length });
  return buffers.at(-1)!;
}

function lasting(planning: Planning, { dtype }: Tensor, size: Length): Window {
  return whole(addBuffer(planning, { kind: "lasting", dtype, size }));
}

function counter(planning: Planning): Buffer {
  return addBuffer(planning, { kind: "counter", dtype: "int32", size: 1 });
}

function isArray({ operation, rank }: Tensor): boolean {
  return operation === "constant" && rank > 0;
}

function placeConstant(planning: Planning, { dtype, size, attributes }: Tensor): Window {
  const { data } = attributes as { readonly data: TypedArray };
  return whole(addBuffer(planning, { kind: "constant", dtype, size, data }));
}

function once<K, V>(known: Map<K, V>, key: K, make: () => V): void {
  if (!known.has(key)) known.set(key, make());
}
