/** What is a graph with a name in place of each length that is a certain number? */
import { type Graph, Tensor, topologicalOrder } from "@symloss/core/engine";

/** The graph with this name in place of this length. Where it is another length that is the same by chance, operations may no longer fit. */
export function nameLengths({ inputs, outputs }: Graph, length: number, name: string): Graph {
  const named = new Map<Tensor, Tensor>();
  const renamed = <T>(value: T): T | string => (value === length ? name : value);
  for (const node of topologicalOrder([...inputs, ...outputs])) {
    const { operation, shape, dtype } = node;
    // A constant has its elements, and positions are counted up to a number.
    const isNumber = operation === "constant" || operation === "iota";
    const attributes = isNumber ? node.attributes : attributesOf(node, renamed);
    const operands = node.inputs.map((input) => named.get(input)!);
    const own = isNumber ? shape : shape.map(renamed);
    named.set(node, new Tensor(operation, operands, attributes, own, dtype));
  }
  const of = (list: readonly Tensor[]): Tensor[] => list.map((tensor) => named.get(tensor)!);
  return { inputs: of(inputs), outputs: of(outputs) };
}

function attributesOf({ attributes }: Tensor, renamed: <T>(value: T) => T | string): Tensor["attributes"] {
  const entries = Object.entries(attributes).map(([key, value]: [string, unknown]) => {
    if (key === "shape") return [key, (value as readonly unknown[]).map(renamed)];
    // What is taken whole stays so.
    if (key === "stops") return [key, (value as readonly unknown[]).map(renamed)];
    return [key, key === "size" ? renamed(value) : value];
  });
  return Object.fromEntries(entries) as Tensor["attributes"];
}
