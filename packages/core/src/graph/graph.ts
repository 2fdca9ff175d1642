/** What is a graph? Its inputs and outputs, the order in which nodes can be computed, the graphs in it, its key, and its text. */
import { formatDType, type TypedArray } from "../array/dtype.ts";
import { formatType } from "../array/type.ts";
import { type Attributes, type Body, factsOf } from "../tensor/operation.ts";
import { bodyOf } from "./bodies.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Outputs, and the inputs on which they depend, in the order in which arrays are passed. An input may be unused. */
export interface Graph {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/** Every node on which the roots depend, operands first. */
export function topologicalOrder(roots: readonly Tensor[]): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  // An explicit stack: a long chain of operations would overflow the call stack.
  const stack = roots.toReversed();
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    if (seen.has(node)) {
      stack.pop();
      continue;
    }
    let ready = true;
    for (let index = node.inputs.length - 1; index >= 0; index--) {
      const input = node.inputs[index]!;
      if (!seen.has(input)) {
        stack.push(input);
        ready = false;
      }
    }
    if (ready) {
      seen.add(node);
      order.push(node);
      stack.pop();
    }
  }
  return order;
}

/** These tensors, and the nodes of an order that depend on any of them: through nodes that `isOn` lets pass, by default all. */
export function dependentsOf(
  tensors: Iterable<Tensor>,
  order: readonly Tensor[],
  isOn: (node: Tensor) => boolean = () => true,
): ReadonlySet<Tensor> {
  const dependents = new Set(tensors);
  for (const node of order) {
    if (node.inputs.some((input) => dependents.has(input)) && isOn(node)) dependents.add(node);
  }
  return dependents;
}

/** The graph, then every body that lies in it, each with its nodes, operands first. */
export function graphsWithin(graph: Graph): ReadonlyMap<Graph, readonly Tensor[]> {
  const orders = new Map<Graph, readonly Tensor[]>();
  const waiting: Graph[] = [graph];
  for (const each of waiting) {
    if (orders.has(each)) continue;
    const order = topologicalOrder(each.outputs);
    orders.set(each, order);
    for (const node of order) {
      const body = bodyOf(node);
      if (body !== undefined) waiting.push(body);
    }
  }
  return orders;
}

/** Every node of a graph and of the bodies that lie in it, operands first in each of them. */
export function nodesWithin(graph: Graph): readonly Tensor[] {
  const orders = [...graphsWithin(graph).values()];
  return orders.length === 1 ? orders[0]! : orders.flat();
}

/** The bytes of a graph's constants. */
export function constantBytes(graph: Graph): number {
  const arrays = new Set<TypedArray>();
  for (const node of nodesWithin(graph)) {
    if (node.operation === "constant") arrays.add((node.attributes as { data: TypedArray }).data);
  }
  return [...arrays].reduce((bytes, { byteLength }) => bytes + byteLength, 0);
}

/** A key that two graphs share exactly if they compute the same from the same inputs in the same way. */
export function graphKey(graph: Graph): string {
  const numbers = new Map<Tensor, number>();
  const lines: string[] = [];
  for (const [index, input] of graph.inputs.entries()) {
    numbers.set(input, index);
    lines.push(`${input.dtype}${JSON.stringify(input.shape)}`);
  }
  for (const node of topologicalOrder(graph.outputs)) {
    if (numbers.has(node)) continue;
    numbers.set(node, numbers.size);
    lines.push(`${node.operation}(${node.inputs.map((input) => numbers.get(input)).join()})${attributesKey(node)}`);
  }
  return `${lines.join(";")}->${graph.outputs.map((output) => numbers.get(output)).join()}`;
}

/** A key that the attributes of two nodes share exactly if they are equal. */
export function attributesKey(node: Tensor): string {
  // Each of these equals only itself.
  if (node.operation === "input" || factsOf(node.operation)?.kind === "annotation") return identityOf(node);
  if (node.operation === "constant") {
    const { data, shape, dtype } = node.attributes as Attributes["constant"];
    return `${formatType(dtype, shape)}=${data.length <= 64 ? [...data].map(numberKey).join() : identityOf(data)}`;
  }
  if (node.operation === "scan") {
    const { output } = node.attributes as Attributes["scan"];
    return `${scanKey(node)}#${output}`;
  }
  const attributes = Object.values(node.attributes);
  return attributes.length === 0 ? "" : JSON.stringify(attributes);
}

/** A key that the attributes of two scans share exactly if they are equal but for the result that is taken. */
export function scanKey(node: Tensor): string {
  const { body, length, carries, sequences, reverse } = node.attributes as Attributes["scan"];
  return `${JSON.stringify([length, carries, sequences, reverse])}{${bodyKey(body)}}`;
}

const bodyKeys = new WeakMap<Body, string>();

function bodyKey(body: Body): string {
  let key = bodyKeys.get(body);
  if (key === undefined) bodyKeys.set(body, (key = graphKey(body)));
  return key;
}

/** The graph as text, a line for each node: `%3 = mul %1 %2 : f32[32,10]`. The body of a scan stands before its first result. */
export function formatGraph(graph: Graph): string {
  return formatLines(graph, new Map()).join("\n");
}

function formatLines(graph: Graph, bodies: Map<Body, number>): string[] {
  const names = new Map<Tensor, string>();
  for (const input of graph.inputs) names.set(input, `%${(input.attributes as { name: string }).name}`);
  const lines = graph.inputs.map((input) => `input ${names.get(input)!} : ${input.toString()}`);
  let count = 0;
  for (const node of topologicalOrder(graph.outputs)) {
    if (names.has(node)) continue;
    if (node.operation === "constant" && node.rank === 0) {
      names.set(node, formatScalar(node));
      continue;
    }
    lines.push(...formatBody(node, bodies));
    names.set(node, `%${count++}`);
    const operands = node.inputs.map((input) => ` ${names.get(input)!}`).join("");
    lines.push(
      `${names.get(node)!} = ${node.operation}${operands}${formatAttributes(node, bodies)} : ${node.toString()}`,
    );
  }
  lines.push(`return ${graph.outputs.map((output) => names.get(output)!).join(", ")}`);
  return lines;
}

function formatScalar({ dtype, attributes }: Tensor): string {
  const value = (attributes as { data: TypedArray }).data[0]!;
  if (dtype === "bool") return String(value !== 0);
  return `${numberKey(value)}${dtype === "float32" ? "" : `:${formatDType(dtype)}`}`;
}

/** The lines of a body that has not been printed yet. */
function formatBody(node: Tensor, bodies: Map<Body, number>): string[] {
  const body = bodyOf(node);
  if (body === undefined || bodies.has(body)) return [];
  const lines = formatLines(body, bodies).map((line) => `  ${line}`);
  bodies.set(body, bodies.size);
  return [`body ${bodies.get(body)!}`, ...lines];
}

function formatAttributes(node: Tensor, bodies: ReadonlyMap<Body, number>): string {
  const shown = Object.entries(node.attributes as Record<string, unknown>).filter(
    ([name, value]) => !["shape", "dtype", "data", "check", "gradient"].includes(name) && value !== undefined,
  );
  const texts = shown.map(
    ([name, value]) => `${name}: ${JSON.stringify(name === "body" ? bodies.get(value as Body) : value)}`,
  );
  return texts.length === 0 ? "" : ` {${texts.join(", ")}}`;
}

/** Unlike `String`, distinguishes -0 from 0. */
function numberKey(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

const identities = new WeakMap<object, number>();
let identityCount = 0;

function identityOf(object: object): string {
  let identity = identities.get(object);
  if (identity === undefined) {
    identity = identityCount++;
    identities.set(object, identity);
  }
  return `#${identity}`;
}
