/** How does a graph become a model? Each node is written by its row of the table, operands first. */
import { UnsupportedOperationError } from "@symloss/core";
import {
  type Dimension,
  type Graph,
  type NodeOf,
  type Operation,
  type Tensor,
  groupScans,
  isScan,
  nodesWithin,
  topologicalOrder,
} from "@symloss/core/engine";
import { type Extremum, findExtrema } from "./extrema.ts";
import type { ElementType, Model, Node } from "./model.ts";
import { operations } from "./operations.ts";
import { elementwise } from "./operations/elementwise.ts";
import type { Row } from "./row.ts";
import { writeScan } from "./scan.ts";
import { type DimensionSource, type ModelValue, type Writer, createWriter } from "./writer.ts";

/** The names of inputs and outputs in the model, in the graph's order, and what the runtime can do. */
export interface TranslateOptions {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The types of the inputs in the model, if not those in the graph; the model casts the others. */
  readonly inputTypes?: readonly ElementType[];
  /** Whether the runtime computes in float64; default true. */
  readonly float64?: boolean;
}

/** The nodes, constants, inputs and outputs of the model that computes a prepared graph. */
export function translate(
  graph: Graph,
  options: TranslateOptions,
): Pick<Model, "nodes" | "constants" | "inputs" | "outputs"> {
  const { inputs, outputs, inputTypes = graph.inputs.map(({ dtype }) => dtype), float64 = true } = options;
  const dimensions = findDimensions(graph, inputs);
  checkDimensions(graph, dimensions);
  const writer = createWriter({ float64, reserved: [...inputs, ...outputs], dimensions });
  writer.begin("input");
  const values = new Map(
    graph.inputs.map((input, index) => [input, givenValue(writer, input, inputs[index]!, inputTypes[index]!)]),
  );
  writeGraph(writer, graph, values);
  writer.begin("output");
  const results = graph.outputs.map((node) => writer.full(values.get(node)!, node.shape));
  const needed = findNeeded(writer.nodes, results);
  const nodes = writer.nodes.filter((node) => node.outputs.some((output) => needed.has(output)));
  return {
    nodes: nameResults(nodes, results, outputs),
    constants: writer.constants.filter(({ name }) => needed.has(name)),
    inputs: graph.inputs.map(({ shape }, index) => ({ name: inputs[index]!, type: inputTypes[index]!, shape })),
    outputs: graph.outputs.map(({ shape, dtype }, index) => ({ name: outputs[index]!, type: dtype, shape })),
  };
}

/** The value of an input as the graph has it. */
function givenValue(writer: Writer, { dtype, shape }: Tensor, input: string, type: ElementType): ModelValue {
  return { name: type === dtype ? input : writer.cast(input, dtype), type: dtype, shape };
}

/** Writes every node of a graph, and notes its value. */
function writeGraph(writer: Writer, graph: Graph, values: Map<Tensor, ModelValue>): void {
  const order = topologicalOrder(graph.outputs);
  const extrema = findExtrema(graph);
  const scans = groupScans(order);
  for (const node of order) {
    if (values.has(node)) continue;
    writer.begin(node.operation);
    if (isScan(node)) writeScan(writer, scans.get(node)!, values, writeGraph);
    else values.set(node, writeNode(writer, node, values, extrema.get(node)));
  }
}

function writeNode(
  writer: Writer,
  node: Tensor,
  values: ReadonlyMap<Tensor, ModelValue>,
  extremum: Extremum | undefined,
): ModelValue {
  if (extremum !== undefined) {
    return elementwise((_, names) => writer.node(extremum.type, names))(
      writer,
      extremum.operands.map((operand) => values.get(operand)!),
      node as NodeOf<Operation>,
    );
  }
  const row = operations[node.operation as keyof typeof operations] as Row<Operation>;
  return row(
    writer,
    node.inputs.map((input) => values.get(input)!),
    node as NodeOf<Operation>,
  );
}

/** The values on which the results depend; a runtime would compute all others as well. */
function findNeeded(nodes: readonly Node[], results: readonly string[]): Set<string> {
  const needed = new Set(results);
  for (const node of nodes.toReversed()) {
    if (node.outputs.some((output) => needed.has(output))) for (const name of namesIn(node)) needed.add(name);
  }
  return needed;
}

/** The names of the values that a node reads, also inside. */
function namesIn(node: Node): string[] {
  const inside = Object.values(node.attributes).flatMap((value) =>
    typeof value === "object" && "nodes" in value
      ? [...value.outputs.map(({ name }) => name), ...value.nodes.flatMap(namesIn)]
      : [],
  );
  return [...node.inputs, ...inside];
}

/** The nodes, with the results renamed to the outputs. A result that is an input, a constant or already an output is copied. */
function nameResults(nodes: readonly Node[], results: readonly string[], outputs: readonly string[]): Node[] {
  const computed = new Set(nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const copies: [from: string, to: string][] = [];
  for (const [index, result] of results.entries()) {
    if (computed.has(result) && !renamed.has(result)) renamed.set(result, outputs[index]!);
    else copies.push([result, outputs[index]!]);
  }
  return [
    ...nodes.map((node) => renameIn(node, renamed)),
    ...copies.map(([from, to]): Node => ({
      type: "Identity",
      name: `${to}/Identity`,
      inputs: [renamed.get(from) ?? from],
      outputs: [to],
      attributes: {},
    })),
  ];
}

function renameIn(node: Node, names: ReadonlyMap<string, string>): Node {
  const renamed = (name: string): string => names.get(name) ?? name;
  const attributes = Object.entries(node.attributes).map(([key, value]) => [
    key,
    typeof value === "object" && "nodes" in value
      ? { ...value, nodes: value.nodes.map((inner) => renameIn(inner, names)) }
      : value,
  ]);
  return {
    ...node,
    inputs: node.inputs.map(renamed),
    outputs: node.outputs.map(renamed),
    attributes: Object.fromEntries(attributes) as Node["attributes"],
  };
}

/** For each named dimension, an input that has it. */
function findDimensions(graph: Graph, inputs: readonly string[]): Map<string, DimensionSource> {
  const sources = new Map<string, DimensionSource>();
  for (const [index, { shape }] of graph.inputs.entries()) {
    for (const [axis, dimension] of shape.entries()) {
      if (typeof dimension === "string" && !sources.has(dimension))
        sources.set(dimension, { input: inputs[index]!, axis });
    }
  }
  return sources;
}

function checkDimensions(graph: Graph, sources: ReadonlyMap<string, DimensionSource>): void {
  for (const node of nodesWithin(graph)) {
    const unknown = node.shape.find((dimension: Dimension) => typeof dimension === "string" && !sources.has(dimension));
    if (unknown === undefined) continue;
    throw new UnsupportedOperationError(
      `translate: every named dimension must occur in an input, got "${unknown}" in ${node.operation} ${node}. Its length would be unknown when the model runs.`,
    );
  }
}
