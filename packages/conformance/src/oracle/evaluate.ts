/** What are the elements of a graph's results? Each operation defines one element by those of its operands, in float64. */
import type { Tensor } from "@symloss/core";
import {
  type AnyOperation,
  type BinaryOperation,
  type Graph,
  type NodeOf,
  type ScanNode,
  type UnaryOperation,
  isBinary,
  isScan,
  isUnary,
  topologicalOrder,
} from "@symloss/core/engine";
import { offsetOf, positionsOf, positionsOver, replaceIndex } from "./position.ts";
import { binaryNumber, convertNumber, unaryNumber } from "./scalar.ts";

/** The elements of a tensor, in row-major order. */
export type Elements = readonly number[];

/** The elements of every node of a graph. */
export function evaluateGraph(graph: Graph, inputs: readonly Elements[]): Map<Tensor, Elements> {
  const results = new Map(graph.inputs.map((input, index) => [input, inputs[index]!]));
  for (const node of topologicalOrder(graph.outputs)) {
    if (!results.has(node))
      results.set(
        node,
        applyOperation(
          node,
          node.inputs.map((operand) => results.get(operand)!),
        ),
      );
  }
  return results;
}

/** The elements of a node, from those of its operands. */
export function applyOperation(node: Tensor, operands: readonly Elements[]): Elements {
  if (isScan(node)) return runScan(node, operands, (inputs) => evaluateBody(node, inputs));
  const readers = operands.map((elements, index): Reader => {
    const shape = concreteShape(node.inputs[index]!);
    return (position) => elements[offsetOf(position, shape)]!;
  });
  const element = readerOf(node, readers);
  return positionsOf(concreteShape(node)).map((position) => convertNumber(element(position), node.dtype));
}

function readerOf(node: Tensor, readers: readonly Reader[]): Reader {
  const { operation } = node;
  const [x, y] = readers as [Reader, Reader];
  if (isUnary(operation)) return (position) => unaryNumber[operation](x(position));
  if (isBinary(operation)) return (position) => binaryNumber[operation](x(position), y(position));
  return (rules[operation as keyof typeof rules] as Rule<AnyOperation>)(node, readers);
}

/** What the body of a scan gives, from what it takes. */
function evaluateBody({ attributes: { body } }: ScanNode, inputs: readonly Elements[]): Elements[] {
  const values = evaluateGraph(body, inputs);
  return body.outputs.map((output) => values.get(output)!);
}

/** What a scan gives as its result, of what a step gives from what it takes: elements, or anything that each of them has. */
export function runScan<T>(
  { attributes }: ScanNode,
  operands: readonly (readonly T[])[],
  step: (inputs: readonly (readonly T[])[]) => readonly (readonly T[])[],
): readonly T[] {
  const { carries: count, sequences, output, reverse } = attributes;
  const length = attributes.length as number;
  const steps: { readonly before: readonly (readonly T[])[]; readonly given: readonly (readonly T[])[] }[] = [];
  let carries = operands.slice(0, count);
  for (const place of reverse ? [...Array(length).keys()].toReversed() : Array(length).keys()) {
    const slices = operands.slice(count, count + sequences).map((sequence) => {
      const size = sequence.length / length;
      return sequence.slice(place * size, (place + 1) * size);
    });
    const given = step([...carries, ...slices, ...operands.slice(count + sequences)]);
    steps[place] = { before: carries, given: given.slice(count) };
    carries = given.slice(0, count);
  }
  if (output < count) return carries[output]!;
  return steps.flatMap(({ before, given }) => [...before, ...given][output - count]!);
}

/** The shape of a tensor whose dimensions are all numbers. */
export function concreteShape(tensor: Tensor): readonly number[] {
  return tensor.shape as readonly number[];
}

/** One index for each axis. */
export type Position = readonly number[];
/** The element of an operand at a position. */
export type Reader = (position: Position) => number;
/** How the element at a position is found. */
type Rule<O extends AnyOperation> = (node: NodeOf<O>, operands: readonly Reader[]) => Reader;

const rules: { [O in Exclude<AnyOperation, UnaryOperation | BinaryOperation | "scan">]: Rule<O> } = {
  input: ({ attributes: { name } }) => {
    throw new Error(`evaluateGraph: every input must be given, got none for ${name}.`);
  },
  constant:
    ({ attributes: { data, shape } }) =>
    (position) =>
      data[offsetOf(position, shape)]!,
  iota:
    () =>
    ([index]) =>
      index!,
  dimensionSize:
    ({ inputs: [x], attributes: { axes } }) =>
    () =>
      axes.reduce((size, axis) => size * concreteShape(x!)[axis]!, 1),

  where:
    (_, [condition, x, y]) =>
    (position) =>
      condition!(position) === 0 ? y!(position) : x!(position),
  cast: (_, [x]) => x!,

  sum: ({ inputs: [x], attributes: { axes } }, [read]) => {
    const sources = positionsOver(concreteShape(x!), axes);
    return (position) => sources(position).reduce((total, source) => total + read!(source), 0);
  },
  max: ({ inputs: [x], attributes: { axes } }, [read]) => {
    const sources = positionsOver(concreteShape(x!), axes);
    return (position) => sources(position).map(read!).reduce(binaryNumber.maximum);
  },
  argmax:
    ({ inputs: [x], attributes: { axis } }, [read]) =>
    (position) =>
      row(x!, axis, position.toSpliced(axis, 0, 0), read!).reduce((best, value, index, values) => {
        const leader = values[best]!;
        return leader === leader && (value > leader || value !== value) ? index : best;
      }, 0),
  logSumExp:
    ({ inputs: [x], attributes: { axis } }, [read]) =>
    (position) =>
      logSumExp(row(x!, axis, position.toSpliced(axis, 0, 0), read!)),
  softmax: ({ inputs: [x], attributes: { axis } }, [read]) => {
    const totals = perRow(x!, axis, read!, (values) => {
      const largest = values.reduce(binaryNumber.maximum);
      return { largest, total: values.reduce((sum, value) => sum + Math.exp(value - largest), 0) };
    });
    return (position) => Math.exp(read!(position) - totals(position).largest) / totals(position).total;
  },
  logSoftmax: ({ inputs: [x], attributes: { axis } }, [read]) => {
    const totals = perRow(x!, axis, read!, (values) => {
      const largest = values.reduce(binaryNumber.maximum);
      return { largest, rest: logSumExp(values.map((value) => value - largest)) };
    });
    // The largest is subtracted first: the difference of two close numbers is exact.
    return (position) => read!(position) - totals(position).largest - totals(position).rest;
  },
  argsort: ({ inputs: [x], attributes: { axis, descending } }, [read]) => {
    const orders = perRow(x!, axis, read!, (values) =>
      [...values.keys()].toSorted((left, right) => compare(values[left]!, values[right]!, descending) || left - right),
    );
    return (position) => orders(position)[position[axis]!]!;
  },
  cumsum: ({ inputs: [x], attributes: { axis, reverse } }, [read]) => {
    const sums = perRow(x!, axis, read!, (values) => {
      let total = 0;
      const forward = (reverse ? values.toReversed() : values).map((value) => (total += value));
      return reverse ? forward.toReversed() : forward;
    });
    return (position) => sums(position)[position[axis]!]!;
  },

  takeAlongAxis:
    ({ inputs: [x], attributes: { axis } }, [read, indices]) =>
    (position) => {
      const index = indices!(position);
      // An index out of range reads an unspecified element.
      return index >= 0 && index < concreteShape(x!)[axis]! ? read!(replaceIndex(position, axis, index)) : NaN;
    },
  scatterAdd:
    ({ inputs: [updates], attributes: { axis } }, [read, indices]) =>
    (position) => {
      let total = 0;
      for (let index = 0; index < concreteShape(updates!)[axis]!; index++) {
        const source = replaceIndex(position, axis, index);
        if (indices!(source) === position[axis]) total += read!(source);
      }
      return total;
    },

  reshape: ({ inputs: [x], shape }, [read]) => {
    const places = positionsOf(concreteShape(x!));
    return (position) => read!(places[offsetOf(position, shape as readonly number[])]!);
  },
  transpose:
    ({ attributes: { permutation } }, [read]) =>
    (position) =>
      read!(permutation.map((_, axis) => position[permutation.indexOf(axis)]!)),
  broadcastTo:
    ({ inputs: [x], rank }, [read]) =>
    (position) =>
      read!(concreteShape(x!).map((length, axis) => (length === 1 ? 0 : position[axis + rank - x!.rank]!))),
  slice:
    ({ attributes: { starts } }, [read]) =>
    (position) =>
      read!(position.map((index, axis) => index + starts[axis]!)),
  pad:
    ({ inputs: [x], attributes: { before } }, [read]) =>
    (position) => {
      const source = position.map((index, axis) => index - before[axis]!);
      return source.every((index, axis) => index >= 0 && index < concreteShape(x!)[axis]!) ? read!(source) : 0;
    },
  concat:
    ({ inputs, attributes: { axis } }, readers) =>
    (position) => {
      let index = position[axis]!;
      let part = 0;
      while (index >= concreteShape(inputs[part]!)[axis]!) index -= concreteShape(inputs[part++]!)[axis]!;
      return readers[part]!(replaceIndex(position, axis, index));
    },
  matmul:
    ({ inputs: [x] }, [left, right]) =>
    (position) => {
      const batch = position.slice(0, -2);
      const [row, column] = position.slice(-2) as [number, number];
      let total = 0;
      for (let index = 0; index < concreteShape(x!).at(-1)!; index++) {
        total += left!([...batch, row, index]) * right!([...batch, index, column]);
      }
      return total;
    },

  identity: first,
  stopGradient: first,
  check: first,
  customGradient: first,
};

function first(_: Tensor, [x]: readonly Reader[]): Reader {
  return x!;
}

/** The elements along an axis, through a position. */
function row(x: Tensor, axis: number, position: Position, read: Reader): number[] {
  return Array.from({ length: concreteShape(x)[axis]! }, (_, index) => read(replaceIndex(position, axis, index)));
}

/** The result for the row through a position, computed once for each row. */
export function perRow<T>(
  x: Tensor,
  axis: number,
  read: Reader,
  summarize: (values: number[]) => T,
): (position: Position) => T {
  const found = new Map<string, T>();
  return (position) => {
    const key = replaceIndex(position, axis, 0).join();
    if (!found.has(key)) found.set(key, summarize(row(x, axis, position, read)));
    return found.get(key)!;
  };
}

/** Negative if the left number comes first, 0 if neither does; NaN comes last whatever the order is. */
function compare(left: number, right: number, descending: boolean): number {
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  const order = left < right ? -1 : left > right ? 1 : 0;
  return descending ? -order : order;
}

function logSumExp(values: readonly number[]): number {
  const largest = values.reduce(binaryNumber.maximum, -Infinity);
  if (Math.abs(largest) === Infinity) return largest;
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}
