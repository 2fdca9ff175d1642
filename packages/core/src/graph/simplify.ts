/** How is a graph simplified? By identities, applied until none matches, and by merging equal nodes. */
import { type TypedArray, isFloat } from "../array/dtype.ts";
import { type Graph, attributesKey } from "./graph.ts";
import { expand, full } from "../tensor/operand.ts";
import { type RewriteTable, applyTable, rewriteGraph } from "./rewrite.ts";
import { hasProperty, isBinary, isElementwise, isUnary } from "../tensor/operation.ts";
import { binaryScalar, unaryScalar } from "./scalar.ts";
import { type Shape, isConcrete, sizeOf } from "../array/shape.ts";
import { broadcastShapes, sameShape } from "../array/broadcast.ts";
import { type Tensor, makeTensor } from "../tensor/tensor.ts";

/** An equivalent graph with fewer nodes. Identities that could hide a NaN, such as x * 0 = 0 or x - x = 0, are not used. */
export function simplify<G extends Graph>(graph: G): G {
  let current = graph;
  // Each round may enable rules for the next; a dozen is more than any graph has needed.
  for (let round = 0; round < 12; round++) {
    const seen = new Map<string, Tensor>();
    const numbers = new Map<Tensor, number>();
    const next = rewriteGraph(current, (node) => {
      const simpler = applyTable(rules, node) ?? foldConstants(node) ?? hoistBroadcast(node) ?? node;
      return shareEqual(simpler, seen, numbers);
    });
    if (next.outputs.every((output, index) => output === current.outputs[index])) return next;
    current = next;
  }
  return current;
}

const rules: RewriteTable = {
  add: ({ inputs: [x, y] }) => {
    if (valueOf(y!) === 0) return x!;
    if (valueOf(x!) === 0) return y!;
    if (y!.operation === "neg") return makeTensor("sub", [x!, y!.inputs[0]!], {});
    if (x!.operation === "neg") return makeTensor("sub", [y!, x!.inputs[0]!], {});
    return x === y ? makeTensor("mul", [x!, full(2, x!.shape, x!.dtype)], {}) : undefined;
  },
  sub: ({ inputs: [x, y] }) => {
    if (valueOf(y!) === 0) return x!;
    // 0 - x stays: for x = 0 it is 0, but -x is -0.
    return y!.operation === "neg" ? makeTensor("add", [x!, y!.inputs[0]!], {}) : undefined;
  },
  mul: ({ inputs: [x, y] }) => {
    // A constant factor goes to the right.
    if (valueOf(x!) !== undefined && valueOf(y!) === undefined) return makeTensor("mul", [y!, x!], {});
    const factor = valueOf(y!);
    if (factor === 1) return x!;
    if (factor === -1) return makeTensor("neg", [x!], {});
    if (x!.operation === "neg" && y!.operation === "neg") return makeTensor("mul", [x!.inputs[0]!, y!.inputs[0]!], {});
    if (factor === undefined) return undefined;
    if (x!.operation === "neg") return makeTensor("mul", [x!.inputs[0]!, full(-factor, x!.shape, x!.dtype)], {});
    const inner = x!.operation === "mul" ? valueOf(x!.inputs[1]!) : undefined;
    // Multiplying by a power of two is exact, so the order does not matter.
    if (inner !== undefined && isModestPowerOfTwo(factor) && isModestPowerOfTwo(inner)) {
      return makeTensor("mul", [x!.inputs[0]!, full(inner * factor, x!.shape, x!.dtype)], {});
    }
    return undefined;
  },
  div: ({ inputs: [x, y] }) => {
    const divisor = valueOf(y!);
    if (divisor === 1) return x!;
    return divisor !== undefined && isModestPowerOfTwo(divisor)
      ? makeTensor("mul", [x!, full(1 / divisor, x!.shape, x!.dtype)], {})
      : undefined;
  },
  pow: ({ inputs: [x, y] }) => {
    const exponent = valueOf(y!);
    if (exponent === 0) return full(1, x!.shape, x!.dtype);
    if (exponent === 1) return x!;
    if (exponent === 2) return makeTensor("mul", [x!, x!], {});
    if (exponent === 3) return makeTensor("mul", [makeTensor("mul", [x!, x!], {}), x!], {});
    return exponent === -1 && isFloat(x!.dtype) ? makeTensor("div", [full(1, x!.shape, x!.dtype), x!], {}) : undefined;
  },
  neg: ({ inputs: [x] }) => {
    if (x!.operation === "neg") return x!.inputs[0]!;
    return x!.operation === "sub" ? makeTensor("sub", [x!.inputs[1]!, x!.inputs[0]!], {}) : undefined;
  },
  abs: ({ inputs: [x] }) => {
    if (x!.operation === "abs") return x!;
    return x!.operation === "neg" ? makeTensor("abs", [x!.inputs[0]!], {}) : undefined;
  },
  relu: ({ inputs: [x] }) => (x!.operation === "relu" ? x! : undefined),
  logicalNot: ({ inputs: [x] }) => (x!.operation === "logicalNot" ? x!.inputs[0]! : undefined),
  where: ({ inputs: [condition, x, y] }) => {
    if (x === y) return x!;
    const known = valueOf(condition!);
    if (known !== undefined) return known === 0 ? y! : x!;
    return condition!.operation === "logicalNot" ? makeTensor("where", [condition!.inputs[0]!, y!, x!], {}) : undefined;
  },
  cast: ({ inputs: [x], attributes: { dtype } }) => {
    if (x!.dtype === dtype) return x!;
    // A cast from bool loses nothing.
    const fromBool = x!.operation === "cast" && x!.inputs[0]!.dtype === "bool";
    return fromBool ? makeTensor("cast", [x!.inputs[0]!], { dtype }) : undefined;
  },
  sum: (node) => {
    const [x] = node.inputs as [Tensor];
    const { axes } = node.attributes;
    if (axes.every((axis) => x.shape[axis] === 1)) return reshaped(x, node.shape);
    const lengths = axes.map((axis) => x.shape[axis]!);
    const value = valueOf(x);
    if (value !== undefined && isConcrete(lengths)) {
      const count = sizeOf(lengths);
      // An empty sum is 0, even if the value is infinite.
      return full(count === 0 ? 0 : value * count, node.shape, node.dtype);
    }
    if (x.operation === "neg") return makeTensor("neg", [makeTensor("sum", [x.inputs[0]!], { axes })], {});
    if (x.operation === "scatterAdd" && axes.includes((x.attributes as { axis: number }).axis)) {
      // Wherever the updates land along the axis, its sum includes them all.
      return makeTensor("sum", [x.inputs[0]!], { axes });
    }
    if (x.operation === "sum") {
      const inner = (x.attributes as { axes: readonly number[] }).axes;
      const outer = x.inputs[0]!.shape.flatMap((_, axis) => (inner.includes(axis) ? [] : [axis]));
      return makeTensor("sum", [x.inputs[0]!], {
        axes: [...inner, ...axes.map((axis) => outer[axis]!)].toSorted((a, b) => a - b),
      });
    }
    return undefined;
  },
  max: (node) => {
    const [x] = node.inputs as [Tensor];
    return node.attributes.axes.every((axis) => x.shape[axis] === 1) ? reshaped(x, node.shape) : undefined;
  },
  reshape: (node) => {
    const [x] = node.inputs as [Tensor];
    if (sameShape(x.shape, node.shape)) return x;
    if (x.operation === "reshape") return reshaped(x.inputs[0]!, node.shape);
    return x.operation === "broadcastTo" && x.inputs[0]!.rank === 0 ? expand(x.inputs[0]!, node.shape) : undefined;
  },
  transpose: (node) => {
    const [x] = node.inputs as [Tensor];
    const { permutation } = node.attributes;
    if (permutation.every((axis, index) => axis === index)) return x;
    if (x.operation === "transpose") {
      const inner = (x.attributes as { permutation: readonly number[] }).permutation;
      return makeTensor("transpose", [x.inputs[0]!], { permutation: permutation.map((axis) => inner[axis]!) });
    }
    return x.operation === "broadcastTo" && x.inputs[0]!.rank === 0 ? expand(x.inputs[0]!, node.shape) : undefined;
  },
  broadcastTo: (node) => {
    const [x] = node.inputs as [Tensor];
    if (sameShape(x.shape, node.shape)) return x;
    if (x.operation === "broadcastTo") return expand(x.inputs[0]!, node.shape);
    // Broadcasting adds leading axes of length 1 by itself.
    const source = x.operation === "reshape" ? x.inputs[0]! : undefined;
    return source !== undefined && sameShape(withoutLeadingOnes(x.shape), source.shape)
      ? expand(source, node.shape)
      : undefined;
  },
  slice: (node) =>
    valueOf(node.inputs[0]!) === undefined ? undefined : full(valueOf(node.inputs[0]!)!, node.shape, node.dtype),
};

/** Replaces an elementwise operation on constants with a constant. */
function foldConstants(node: Tensor): Tensor | undefined {
  const values = node.inputs.map(valueOf);
  if (values.length === 0 || values.includes(undefined)) return undefined;
  const [x, y] = values as [number, number];
  if (isUnary(node.operation)) return full(unaryScalar[node.operation](x), node.shape, node.dtype);
  if (isBinary(node.operation)) return full(binaryScalar[node.operation](x, y), node.shape, node.dtype);
  return node.operation === "cast" ? full(x, node.shape, node.dtype) : undefined;
}

/** Moves an elementwise operation before the broadcast of its operands. */
function hoistBroadcast(node: Tensor): Tensor | undefined {
  if (!isElementwise(node.operation) || !node.inputs.every((input) => input.operation === "broadcastTo"))
    return undefined;
  const sources = node.inputs.map((input) => input.inputs[0]!);
  const common = broadcastShapes(...sources.map((source) => source.shape));
  if (common === undefined || sameShape(withoutLeadingOnes(common), withoutLeadingOnes(node.shape))) return undefined;
  return expand(
    makeTensor(
      node.operation,
      sources.map((source) => expand(source, common)),
      node.attributes as never,
    ),
    node.shape,
  );
}

/** The first node with the same operation, attributes and operands. */
function shareEqual(node: Tensor, seen: Map<string, Tensor>, numbers: Map<Tensor, number>): Tensor {
  const operands = node.inputs.map((input) => numberOf(input, seen, numbers));
  if (hasProperty(node.operation, "commutative")) operands.sort((a, b) => a - b);
  const key = `${node.operation}(${operands.join()})${attributesKey(node)}`;
  const first = seen.get(key);
  if (first !== undefined) return first;
  seen.set(key, node);
  numbers.set(node, numbers.size);
  return node;
}

/** The number of a node; one that a rule has just created gets its number here, as an operand. */
function numberOf(node: Tensor, seen: Map<string, Tensor>, numbers: Map<Tensor, number>): number {
  const known = numbers.get(node);
  if (known !== undefined) return known;
  const shared = shareEqual(node, seen, numbers);
  const number = numbers.get(shared)!;
  numbers.set(node, number);
  return number;
}

/** The value of all elements, if it is one and known. */
export function valueOf(node: Tensor): number | undefined {
  // A number broadcast to a shape of one element has become a reshape.
  const source = node.operation === "broadcastTo" || node.operation === "reshape" ? node.inputs[0]! : node;
  return source.operation === "constant" && source.rank === 0
    ? (source.attributes as { data: TypedArray }).data[0]
    : undefined;
}

function reshaped(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : makeTensor("reshape", [x], { shape });
}

function withoutLeadingOnes(shape: Shape): Shape {
  const first = shape.findIndex((dimension) => dimension !== 1);
  return first === -1 ? [] : shape.slice(first);
}

function isModestPowerOfTwo(value: number): boolean {
  const exponent = Math.log2(Math.abs(value));
  return Number.isInteger(exponent) && Math.abs(exponent) <= 64;
}
