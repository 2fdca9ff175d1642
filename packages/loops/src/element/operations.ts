/** What is one element of each operation, of elements of its operands? Movement is index arithmetic, so that nothing is moved. */
import {
  type BinaryOperation,
  type DType,
  type NodeOf,
  type Operation,
  type Tensor,
  type UnaryOperation,
  isFloat,
  stridesOf,
} from "@symloss/core/engine";
import { meanFromFirst } from "./one-pass-variance.ts";
import { axisIndex, termLabels, rowMajor, freeLabel, valueOf } from "./index-expression.ts";
import {
  combined,
  decay,
  flipped,
  flippedBy,
  isNonNegative,
  isNonPositive,
  isPositiveConstant,
  mirrored,
  positivePart,
  rounded,
  vanishesWhere,
  withoutSign,
} from "./patterns.ts";
import { withoutMovement } from "./movement.ts";
import { isLargeProduct } from "./tiled-matmul.ts";
import { noteProduct } from "./sources.ts";
import type { Context } from "./store.ts";
import { sumOf, times } from "./split-reductions.ts";
import type { Buffer } from "../program/program.ts";
import { groupAxes } from "./reshape.ts";
import { type Label, type Linear, type Value, combine, linearOfValue, union, zero } from "./element.ts";

/** The element of a tensor at an index; of one that lies in a buffer it is read. */
export function elementOf(
  context: Context,
  tensor: Tensor,
  index: readonly Linear[],
  buffer: Buffer | undefined,
): Value {
  if (buffer !== undefined) return context.values.load(buffer, rowMajor(tensor, index));
  // No element is ever asked for; any value will do.
  if (tensor.shape.includes(0)) return context.values.constant(0, tensor.dtype);
  const row = elements[tensor.operation as Operation] as Row<Operation>;
  return row(tensor as NodeOf<Operation>, index, context);
}

/** An element of a node, from elements of its operands. */
type Row<O extends Operation> = (node: NodeOf<O>, index: readonly Linear[], context: Context) => Value;

const elements: { readonly [O in Operation]: Row<O> } = {
  input: (node) => {
    throw new TypeError(`loops: an input must be one of the graph's, got ${node}.`);
  },
  constant: (node, index, context) =>
    node.rank === 0
      ? context.values.constant(node.attributes.data[0]!, node.dtype)
      : context.values.load(context.materialize(node), rowMajor(node, index)),
  iota: (_, [position], { values }) => valueOf(position!, values),
  dimensionSize: ({ inputs: [x], attributes: { axes }, dtype }, _, { values }) =>
    values.constant(
      axes.reduce((size, axis) => size * (x!.shape[axis] as number), 1),
      dtype,
    ),

  neg: elementwise("neg"),
  abs: ({ inputs: [x], dtype }, index, { values, element }) =>
    values.apply("abs", [withoutSign(element(x!, index))], dtype),
  sign: compared("sign"),
  exp: ({ inputs: [x], dtype }, index, { values, element }) => {
    const power = element(x!, index);
    return values.apply(isNonPositive(power) ? "decay" : "exp", [power], dtype);
  },
  expm1: elementwise("expm1"),
  log: elementwise("log"),
  log1p: elementwise("log1p"),
  sqrt: elementwise("sqrt"),
  tanh: elementwise("tanh"),
  sigmoid: ({ inputs: [x], dtype }, index, context) => {
    const { values } = context;
    const element = context.element(x!, index);
    const small = decay(element, dtype, values);
    const one = values.constant(1, dtype);
    const negative = values.apply("less", [element, values.constant(0, dtype)], "bool");
    const larger = values.apply("where", [negative, small, one], dtype);
    return values.apply("div", [larger, values.apply("add", [small, one], dtype)], dtype);
  },
  softplus: ({ inputs: [x], dtype }, index, context) => {
    const { values } = context;
    const element = context.element(x!, index);
    const rest = values.apply("log1pOfUnit", [decay(element, dtype, values)], dtype);
    return values.apply("add", [positivePart(element, dtype, values), rest], dtype);
  },
  relu: ({ inputs: [x], dtype }, index, { values, element }) => positivePart(element(x!, index), dtype, values),
  logicalNot: elementwise("logicalNot"),

  add: ({ inputs: [x, y], dtype }, index, { values, element }) => {
    const [left, right] = [element(x!, index), element(y!, index)];
    return combined("add", left, right, values) ?? values.apply("add", [left, right], dtype);
  },
  sub: ({ inputs: [x, y], dtype }, index, { values, element }) => {
    const [left, right] = [element(x!, index), element(y!, index)];
    const [condition, value] = (dtype === "float32" ? flippedBy(left, right) : undefined) ?? [];
    if (condition !== undefined && value !== undefined) return flipped(condition, value, values);
    return combined("sub", left, right, values) ?? values.apply("sub", [left, right], dtype);
  },
  mul: (node, index, context) => centralMean(node, index, context) ?? elementwise<"mul">("mul")(node, index, context),
  div: (node, index, context) => {
    const { values } = context;
    const mean = centralMean(node, index, context);
    if (mean !== undefined) return mean;
    const { dtype } = node;
    const [dividend, divisor] = node.inputs.map((input) => context.element(input, index)) as [Value, Value];
    if (dtype !== "float32" || !isShare(node)) return values.apply("div", [dividend, divisor], dtype);
    // The sum of a line is inverted once for all of it; in float64 the difference is far below what float32 holds.
    return values.apply("mul", [dividend, values.apply("div", [values.constant(1, dtype), divisor], dtype)], dtype);
  },
  pow: elementwise("pow"),
  maximum: elementwise("maximum"),
  minimum: elementwise("minimum"),
  equal: (node, index, context) => {
    const [x, y] = node.inputs as [Tensor, Tensor];
    if (x.operation === "argmax") return isFirstLargest(x as NodeOf<"argmax">, y, index, context);
    if (y.operation === "argmax") return isFirstLargest(y as NodeOf<"argmax">, x, index, context);
    return compared<"equal">("equal")(node, index, context);
  },
  less: compared("less"),
  lessEqual: compared("lessEqual"),
  logicalAnd: elementwise("logicalAnd"),
  logicalOr: elementwise("logicalOr"),

  where: (node, index, context) => {
    const [condition, x, y] = node.inputs as [Tensor, Tensor, Tensor];
    const { values } = context;
    const [left, right] = [context.element(x, index), context.element(y, index)];
    if (condition.operation === "lessEqual" && condition.inputs[0] === x && condition.inputs[1] === y) {
      const isLimit =
        node.dtype === "float32" && context.factors.has(node) && isNonNegative(left) && isPositiveConstant(right);
      return values.apply(isLimit ? "limit" : "lesser", [left, right], node.dtype);
    }
    const choice = context.element(condition, index);
    if (x.operation === "neg" && x.inputs[0] === y && isFloat(node.dtype)) return flipped(choice, right, values);
    if (left.kind === "constant" && left.value === 0 && vanishesWhere(choice, right)) return right;
    return mirrored(choice, left, right, values) ?? values.apply("where", [choice, left, right], node.dtype);
  },
  cast: ({ inputs: [x], attributes: { dtype } }, index, { values, element }) => {
    const exact = rounded(element(x!, index), values);
    if (x!.dtype === dtype) return exact;
    if (dtype === "bool") return values.apply("toBool", [exact], dtype);
    if (dtype === "int32" && isFloat(x!.dtype)) return values.apply("toInt32", [exact], dtype);
    return values.apply(dtype === "float32" && x!.dtype !== "bool" ? "round" : "convert", [exact], dtype);
  },

  sum: (node, index, context) => {
    const { operand, over, repeats } = reduced(node, node.attributes.axes, index, context);
    const { values } = context;
    const wide = node.dtype === "int32" ? "float64" : node.dtype;
    const summation = { over, dtype: wide, values, ...waysOf(node) };
    const total = repeats === 0 ? values.constant(0, wide) : times(sumOf(operand, summation), repeats, wide, values);
    return node.dtype === "int32" ? values.apply("toInt32", [total], "int32") : total;
  },
  max: (node, index, context) => {
    const { operand, over } = reduced(node, node.attributes.axes, index, context);
    return over.length === 0 ? operand : context.values.reduce("max", operand, over, node.dtype);
  },
  argmax: (node, index, context) => {
    const { operand, over } = reduced(node, [node.attributes.axis], index, context);
    const { values } = context;
    return over.length === 0
      ? values.constant(0, "int32")
      : values.reduce("argmax", rounded(operand, values), over, "int32");
  },
  logSumExp: lowered,
  softmax: lowered,
  logSoftmax: lowered,

  takeAlongAxis: (node, index, context) => {
    const [x, indices] = node.inputs as [Tensor, Tensor];
    const { axis } = node.attributes;
    const { values } = context;
    const last = (x.shape[axis] as number) - 1;
    if (last < 0) return values.constant(0, node.dtype);
    if (!context.ones.isFixed([indices], axis) && context.takesLoop(x)) context.materialize(x);
    const position = values.apply(
      "clampIndex",
      [context.element(indices, index), values.constant(last, "int32")],
      "int32",
    );
    return context.element(
      x,
      index.map((entry, at) => (at === axis ? linearOfValue(position) : entry)),
    );
  },
  scatterAdd: (node, index, context) => {
    const [updates, indices] = node.inputs as [Tensor, Tensor];
    const { axis } = node.attributes;
    const { values } = context;
    if (!context.ones.isFixed([updates, indices], axis)) return scattered(node, index, context);
    const source = index.map((entry, at) => (at === axis ? zero : entry));
    const hit = values.apply("equal", [context.element(indices, source), valueOf(index[axis]!, values)], "bool");
    return values.apply("where", [hit, context.element(updates, source), values.constant(0, node.dtype)], node.dtype);
  },

  reshape: (node, index, context) => {
    const [x] = node.inputs as [Tensor];
    if (context.isStored(x)) return context.values.load(context.materialize(x), rowMajor(node, index));
    const groups = groupAxes(x.shape as readonly number[], node.shape as readonly number[]);
    if (groups === undefined || context.ones.dropsAxis(node))
      return context.values.load(context.materialize(x), rowMajor(node, index));
    const strides = stridesOf(node.shape as readonly number[]);
    const source: Linear[] = x.shape.map(() => zero);
    for (const { from, to } of groups) {
      const unit = strides[to.at(-1)!]!;
      source[from] = combine(to.map((axis) => [index[axis]!, strides[axis]! / unit] as const));
    }
    return context.element(x, source);
  },
  transpose: ({ inputs: [x], attributes: { permutation } }, index, { element }) =>
    element(
      x!,
      permutation.map((_, axis) => index[permutation.indexOf(axis)]!),
    ),
  broadcastTo: ({ inputs: [x], rank }, index, { element }) =>
    element(
      x!,
      x!.shape.map((length, axis) => (length === 1 ? zero : index[axis + rank - x!.rank]!)),
    ),
  slice: ({ inputs: [x], attributes: { starts } }, index, { element }) =>
    element(
      x!,
      index.map((entry, axis) => ({ ...entry, constant: entry.constant + starts[axis]! })),
    ),
  pad: (node, index, context) => {
    const [x] = node.inputs as [Tensor];
    const { before } = node.attributes;
    const { values } = context;
    const nothing = values.constant(0, node.dtype);
    if (x.shape.includes(0)) return nothing;
    if (context.takesLoop(x)) context.materialize(x);
    const int = (value: number) => values.constant(value, "int32");
    const conditions: Value[] = [];
    const source = index.map((entry, axis) => {
      const length = x.shape[axis] as number;
      if (length === node.shape[axis]) return entry;
      const position = valueOf({ ...entry, constant: entry.constant - before[axis]! }, values);
      conditions.push(
        values.apply("lessEqual", [int(0), position], "bool"),
        values.apply("less", [position, int(length)], "bool"),
      );
      return linearOfValue(values.apply("clampIndex", [position, int(length - 1)], "int32"));
    });
    const element = context.element(x, source);
    if (conditions.length === 0) return element;
    const inside = conditions.reduce((left, right) => values.apply("logicalAnd", [left, right], "bool"));
    return values.apply("where", [inside, element, nothing], node.dtype);
  },
  concat: (node, index, context) => context.values.load(context.materialize(node), rowMajor(node, index)),

  matmul: (node, index, context) => {
    if (isLargeProduct(node)) return context.values.load(context.materialize(node), rowMajor(node, index));
    const [x, y] = node.inputs as [Tensor, Tensor];
    const { values } = context;
    for (const operand of [x, y]) if (context.takesLoop(operand)) context.materialize(operand);
    const depth = freeLabel(x, x.rank - 1, index, context);
    const inner = axisIndex(depth);
    const leading = index.slice(0, -2);
    const wide: DType = node.dtype === "int32" ? "float64" : node.dtype;
    const product = values.apply(
      "mul",
      [context.element(x, [...leading, index.at(-2)!, inner]), context.element(y, [...leading, inner, index.at(-1)!])],
      wide,
    );
    if (x.shape.at(-1) === 0) return values.constant(0, node.dtype);
    const isSummed = depth !== undefined && product.labels.includes(depth);
    // In order and rounded, as a large product is.
    const total = isSummed
      ? values.reduce("sum", product, [depth], wide)
      : times(product, depth?.extent ?? 1, wide, values);
    if (node.dtype === "int32") return values.apply("toInt32", [total], "int32");
    const element = rounded(total, values);
    noteProduct(element, node);
    return element;
  },
};

/** Whether elements are divided by a sum of themselves. */
function isShare({ inputs: [x, y] }: NodeOf<"div">): boolean {
  const { operation, inputs } = withoutMovement(y!);
  return operation === "sum" && inputs[0] === x;
}

/** Whether a sum may be taken in any order, and of products. */
function waysOf({ inputs: [x], attributes: { axes } }: NodeOf<"sum">): { isTotal: boolean; ofProducts: boolean } {
  const isTotal = axes.length === x!.rank;
  return { isTotal, ofProducts: isTotal || axes.length === 1 };
}

/** The mean from which deviations are taken, where the node is one. */
function centralMean(node: Tensor, index: readonly Linear[], context: Context): Value | undefined {
  const sum = context.centers.get(node);
  if (sum === undefined) return undefined;
  const { operand, over } = reduced(sum, sum.attributes.axes, index, context);
  if (over.length === 0) return undefined;
  return meanFromFirst(operand, over, waysOf(sum).isTotal ? "total" : "sum", context.values);
}

function elementwise<O extends UnaryOperation | BinaryOperation>(operation: O): Row<O> {
  return (node, index, { values, element }) =>
    values.apply(
      operation,
      node.inputs.map((input) => element(input, index)),
      node.dtype,
    );
}

/** As elementwise, of numbers that are rounded first: a comparison must see what the dtype can hold. */
function compared<O extends UnaryOperation | BinaryOperation>(operation: O): Row<O> {
  return (node, index, { values, element }) =>
    values.apply(
      operation,
      node.inputs.map((input) => rounded(element(input, index), values)),
      node.dtype,
    );
}

/** Whether a target is the index of the first largest element: a search for one that beats it ends where there is one. */
function isFirstLargest(argmax: NodeOf<"argmax">, target: Tensor, index: readonly Linear[], context: Context): Value {
  const { values } = context;
  const { axis } = argmax.attributes;
  const [x] = argmax.inputs as [Tensor];
  const position = context.element(target, index);
  const { operand, over } = reduced(argmax, [axis], index, context);
  const [label] = over;
  if (label === undefined || position.labels.includes(label)) {
    return values.apply("equal", [context.element(argmax, index), position], "bool");
  }
  const int = (value: number) => values.constant(value, "int32");
  const nearest = linearOfValue(values.apply("clampIndex", [position, int(label.extent - 1)], "int32"));
  const own = rounded(context.element(x, [...index.slice(0, axis), nearest, ...index.slice(axis)]), values);
  const beaten = values.apply("beats", [rounded(operand, values), own, values.index(label), position], "bool");
  const all = [
    values.apply("lessEqual", [int(0), position], "bool"),
    values.apply("less", [position, int(label.extent)], "bool"),
    values.apply("logicalNot", [values.reduce("any", beaten, over, "bool")], "bool"),
  ];
  return all.reduce((left, right) => values.apply("logicalAnd", [left, right], "bool"));
}

function lowered(node: Tensor): never {
  throw new TypeError(`loops: ${node.operation} must have been said in other operations, got ${node}.`);
}

/** The operand of a reduction, the labels that it loses, and how often each element counts that depends on none of them. */
function reduced(
  node: Tensor,
  axes: readonly number[],
  index: readonly Linear[],
  context: Context,
): { operand: Value; over: readonly Label[]; repeats: number } {
  const [x] = node.inputs as [Tensor];
  let kept = 0;
  const lost: Label[] = [];
  const source = x.shape.map((_, axis) => {
    if (!axes.includes(axis)) return index[kept++]!;
    const label = freeLabel(x, axis, index, context);
    if (label !== undefined) lost.push(label);
    return axisIndex(label);
  });
  if (x.shape.includes(0)) return { operand: context.values.constant(0, node.dtype), over: [], repeats: 0 };
  const operand = context.element(x, source);
  const over = lost.filter((label) => operand.labels.includes(label));
  const repeats = lost.reduce((product, label) => (over.includes(label) ? product : product * label.extent), 1);
  return { operand, over, repeats };
}

function scattered(node: NodeOf<"scatterAdd">, index: readonly Linear[], context: Context): Value {
  const [updates, indices] = node.inputs as [Tensor, Tensor];
  const { axis, size } = node.attributes;
  const { values } = context;
  let buffer = context.sums.get(node);
  if (buffer === undefined) {
    buffer = context.addBuffer({ kind: "intermediate", dtype: "float64", unrounded: node.dtype, size: node.size });
    context.sums.set(node, buffer);
    const own = context.indexOf(updates);
    const position = context.element(indices, own);
    const target = own.map((entry, at) => (at === axis ? linearOfValue(position) : entry));
    context.stores.push({
      buffer,
      offset: rowMajor(node, target),
      value: context.element(updates, own),
      scatter: { index: position, size: size as number },
      labels: union(own.map(termLabels)),
    });
  }
  const total = values.load(buffer, rowMajor(node, index));
  return node.dtype === "int32" ? values.apply("toInt32", [total], "int32") : total;
}
