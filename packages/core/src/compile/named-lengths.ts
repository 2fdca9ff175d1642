/** Does a function compute with the name of a length as if it were a number? JavaScript makes NaN of it, or a loop of no turns, in silence. */
import { ShapeError } from "../array/errors.ts";
import type { Dimension } from "../array/shape.ts";
import { isBody } from "../graph/bodies.ts";
import { type Graph, topologicalOrder } from "../graph/graph.ts";
import { placeholder } from "../tensor/operand.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The graph of a function on placeholders. */
type Trace<G extends Graph> = (inputs: readonly Tensor[]) => G;

/** The elements of a longer constant are not compared. */
const mostCompared = 64;

/**
 * The graph of a function. If lengths have names, it is traced before with names that read as numbers: a function that computes with them
 * then computes something else, for which it throws `ShapeError`.
 */
export function traceNamed<G extends Graph>(caller: string, trace: Trace<G>, inputs: readonly Tensor[]): G {
  const names = new Set(inputs.flatMap(({ shape }) => shape.filter((length) => typeof length === "string")));
  if (names.size === 0) return trace(inputs);
  const other = attempt(trace, withNumerals(inputs, names));
  const graph = trace(inputs);
  if (isAlike(graph, other)) return graph;
  // What differs each time, as random numbers do, does not follow from a name.
  const again = trace(inputs);
  if (!isAlike(graph, again)) return again;
  throw new ShapeError(
    `${caller}: the function must not use the name of a length as a number, got one that computes with ${[...names].map((name) => `"${name}"`).join(" or ")}. ` +
      "Where a length has a name, x.shape[0] is that name: use mean(), or another function that knows how long an axis is.",
  );
}

/** The same placeholders, where each name is a number as text, and another than it was. */
function withNumerals(inputs: readonly Tensor[], names: ReadonlySet<string>): readonly Tensor[] {
  const numerals = new Map<Dimension, string>();
  for (let number = 3; numerals.size < names.size; number++)
    if (!names.has(`${number}`)) numerals.set([...names][numerals.size]!, `${number}`);
  return inputs.map(({ attributes, shape, dtype }) =>
    placeholder(
      (attributes as { readonly name: string }).name,
      shape.map((length) => numerals.get(length) ?? length),
      dtype,
    ),
  );
}

/** The graph; undefined if the function throws. */
function attempt<G extends Graph>(trace: Trace<G>, inputs: readonly Tensor[]): G | undefined {
  try {
    return trace(inputs);
  } catch {
    return undefined;
  }
}

/** Whether two graphs compute the same but for the names of lengths. */
function isAlike(one: Graph, other: Graph | undefined): boolean {
  if (other === undefined || one.outputs.length !== other.outputs.length) return false;
  const nodes = topologicalOrder([...one.inputs, ...one.outputs]);
  const others = topologicalOrder([...other.inputs, ...other.outputs]);
  if (nodes.length !== others.length) return false;
  const twins = new Map(nodes.map((node, number) => [node, others[number]!]));
  return (
    one.outputs.every((output, index) => twins.get(output) === other.outputs[index]) &&
    nodes.every((node) => {
      const twin = twins.get(node)!;
      return (
        node.operation === twin.operation &&
        node.dtype === twin.dtype &&
        node.inputs.length === twin.inputs.length &&
        node.inputs.every((input, index) => twins.get(input) === twin.inputs[index]) &&
        isSame(node.attributes, twin.attributes)
      );
    })
  );
}

/** Whether attributes, from which shapes follow, are the same but for names. Functions can't be compared. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== typeof other) return false;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return typeof one === "string" || typeof one === "function" || Object.is(one, other);
  if (one === other) return true;
  if (isBody(one) && isBody(other)) return isAlike(one, other);
  if (ArrayBuffer.isView(one) && ArrayBuffer.isView(other) && one.byteLength > 8 * mostCompared)
    return one.byteLength === other.byteLength;
  const [values, others] = [Object.values(one), Object.values(other)];
  return values.length === others.length && values.every((value, index) => isSame(value, others[index]));
}
