/** How is each operation of a graph expressed in nodes of kernels? */
import {
  type BinaryOperation,
  type DType,
  type Graph,
  type Operation,
  type OperationAttributes,
  type Tensor,
  type UnaryOperation,
  allOperations,
  binaryOperations,
  groupScans,
  isScan,
  topologicalOrder,
  unaryOperations,
} from "@symloss/core/engine";
import { checkGraph } from "./check-graph.ts";
import { binaryFormulas, isNotZero, truncate, unaryFormulas, where } from "../kernel/formulas.ts";
import { addition, difference } from "./difference.ts";
import { type SplitOptions, makeReducingBuilder } from "./reduction.ts";
import { type RowBuilder, argsort, cumsum } from "./row.ts";
import { translateScan } from "./scan.ts";
import { type SoftmaxBuilder, logSoftmax, logSumExp, softmax } from "./softmax.ts";
import { type KernelNode, reducedLength } from "../kernel/node.ts";
import type { SourceArray } from "./source-array.ts";
import type { NodeBuilder } from "../kernel/node-builder.ts";

/** The operations that core rewrites using those that kernels compute. */
const lowered = ["scatterAdd", "argmax", "matmul"] as const;

/** An operation that becomes one node; the results of a scan are made together. */
type KernelOperation = Exclude<Operation, (typeof lowered)[number] | "scan">;

/** The operations that kernels compute. */
export const gpuOperations: readonly Operation[] = allOperations.filter(
  (operation) => !(lowered as readonly Operation[]).includes(operation),
);

/** A graph as nodes of kernels. */
export interface Translation {
  readonly outputs: readonly KernelNode[];
  /** The inputs in order, then constant arrays. */
  readonly sources: readonly SourceArray[];
}

/** The graph as nodes of kernels, with long reductions in parts. */
export function translate(graph: Graph, options: SplitOptions): Translation {
  checkGraph(graph);
  const sources: SourceArray[] = [];
  const builder = makeReducingBuilder(options);
  const nodes = new Map<Tensor, KernelNode>();
  const context: Context = {
    ...builder,
    softmaxes: new Map(),
    logSums: new Map(),
    addSource(source) {
      sources.push(source);
      return builder.source(sources.length - 1, source.shape);
    },
  };
  for (const { shape, dtype } of graph.inputs) sources.push({ shape: shape as readonly number[], dtype });
  for (const [slot, input] of graph.inputs.entries()) {
    nodes.set(input, builder.source(slot, input.shape as readonly number[]));
  }
  translateAll(context, graph.outputs, nodes);
  return { outputs: graph.outputs.map((output) => nodes.get(output)!), sources };
}

interface Context extends SoftmaxBuilder, RowBuilder {}

/** Adds the nodes of everything that these tensors depend on. */
function translateAll(context: Context, outputs: readonly Tensor[], nodes: Map<Tensor, KernelNode>): void {
  const order = topologicalOrder(outputs);
  const scans = groupScans(order);
  for (const tensor of order) {
    if (nodes.has(tensor)) continue;
    if (isScan(tensor)) {
      translateScan(context, scans.get(tensor)!, nodes, {
        translateAll: (inner, own) => translateAll(context, inner, own),
        join: (parts) => concatInParts(context.concat, parts, 0),
      });
      continue;
    }
    const inputs = tensor.inputs.map((input) => nodes.get(input)!);
    nodes.set(tensor, translateTensor(context, tensor, inputs));
  }
}

interface ResultType {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

type Row<O extends Operation> = (
  context: Context,
  inputs: readonly KernelNode[],
  attributes: OperationAttributes[O],
  result: ResultType,
) => KernelNode;

function translateTensor(context: Context, tensor: Tensor, inputs: readonly KernelNode[]): KernelNode {
  const result = { shape: tensor.shape as readonly number[], dtype: tensor.dtype };
  // Nothing is ever read from an empty array.
  if (result.shape.includes(0)) return context.literal(0, result.shape);
  if (!Object.hasOwn(rows, tensor.operation)) {
    throw new TypeError(`compile: ${tensor.operation} must have been lowered.`);
  }
  const row = rows[tensor.operation as keyof typeof rows] as Row<Operation>;
  return row(context, inputs, tensor.attributes as never, result);
}

const unaryRows = Object.fromEntries(
  unaryOperations.map((operation): [string, Row<Operation>] => [
    operation,
    ({ map }, inputs) => map(unaryFormulas[operation], inputs),
  ]),
) as Record<UnaryOperation, Row<UnaryOperation>>;

const binaryRows = Object.fromEntries(
  binaryOperations.map((operation): [string, Row<Operation>] => [
    operation,
    ({ map }, inputs) => map(binaryFormulas[operation], inputs),
  ]),
) as Record<BinaryOperation, Row<BinaryOperation>>;

const rows: { readonly [O in KernelOperation]: Row<O> } = {
  ...unaryRows,
  ...binaryRows,
  add: (context, [x, y]) => addition(context, x!, y!),
  sub: (context, [x, y]) => difference(context, x!, y!),
  input: () => {
    throw new TypeError("compile: every input must be one of the graph's.");
  },
  constant: ({ literal, addSource }, _, { data }, { shape, dtype }) =>
    data.every((value) => Object.is(value, data[0])) ? literal(data[0]!, shape) : addSource({ shape, dtype, data }),
  iota: ({ iota }, _, { size }) => iota(size),
  dimensionSize: ({ literal }, [x], { axes }) => literal(reducedLength(x!, axes), []),
  pow: (context, [x, y], _, { dtype }) => {
    const exponent = y!.kind === "literal" ? y!.value : undefined;
    if (exponent === 0.5) return context.map(unaryFormulas.sqrt, [x!]);
    const power = context.map(binaryFormulas.pow, [x!, y!]);
    return dtype === "int32" ? context.map(truncate, [power]) : power;
  },
  where: ({ map }, inputs) => map(where, inputs),
  cast: ({ map }, [x], { dtype }) => {
    if (dtype === "float32") return x!;
    return map(dtype === "bool" ? isNotZero : truncate, [x!]);
  },
  sum: ({ reduceInParts }, [x], { axes }) => reduceInParts("sum", x!, axes),
  max: ({ reduceInParts }, [x], { axes }) => reduceInParts("max", x!, axes),
  logSumExp: (context, [x], { axis }) => logSumExp(context, x!, axis),
  softmax: (context, [x], { axis }) => softmax(context, x!, axis),
  logSoftmax: (context, [x], { axis }) => logSoftmax(context, x!, axis),
  argsort: (context, [x], { axis, descending }) => argsort(context, x!, axis, descending),
  cumsum: (context, [x], { axis, reverse }) => cumsum(context, x!, axis, reverse),
  takeAlongAxis: ({ gather }, [x, indices], { axis }) => gather(x!, indices!, axis),
  reshape: ({ reshape }, [x], _, { shape }) => reshape(x!, shape),
  transpose: ({ transpose }, [x], { permutation }) => transpose(x!, permutation),
  broadcastTo: ({ broadcastTo }, [x], _, { shape }) => broadcastTo(x!, shape),
  slice: ({ slice }, [x], { starts }, { shape }) => slice(x!, starts, shape),
  pad: ({ literal, pad }, [x], { before }, { shape }) => (x!.size === 0 ? literal(0, shape) : pad(x!, before, shape)),
  concat: ({ concat }, inputs, { axis }) =>
    concatInParts(
      concat,
      inputs.filter(({ size }) => size > 0),
      axis,
    ),
};

/** A kernel can read at least seven arrays, and not always more: many operands are concatenated seven at a time. */
function concatInParts(concat: NodeBuilder["concat"], inputs: readonly KernelNode[], axis: number): KernelNode {
  if (inputs.length === 1) return inputs[0]!;
  if (inputs.length <= 7) return concat(inputs, axis);
  const parts: KernelNode[] = [];
  for (let start = 0; start < inputs.length; start += 7) {
    parts.push(concatInParts(concat, inputs.slice(start, start + 7), axis));
  }
  return concatInParts(concat, parts, axis);
}
