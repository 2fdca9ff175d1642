/** How is each operation of a graph said in values? */
import {
  type BinaryOperation,
  type DType,
  type Graph,
  type Operation,
  type OperationAttributes,
  type Tensor,
  type TypedArray,
  type UnaryOperation,
  allOperations,
  binaryOperations,
  binaryScalar,
  castNumber,
  topologicalOrder,
  unaryOperations,
  unaryScalar,
} from "@symloss/core/engine";
import { type Call, makeCall } from "./math.ts";
import { type Builder, type Reducer, type Value, makeBuilder, reducedLength } from "./value.ts";

/** What kernels compute: the rest, core says in these. */
export const gpuOperations: readonly Operation[] = allOperations.filter(
  (operation) => operation !== "scatterAdd" && operation !== "argmax" && operation !== "matmul",
);

/** A graph as values. */
export interface Translation {
  readonly outputs: readonly Value[];
  /** The inputs in order, then arrays that are constant. */
  readonly sources: readonly SourceArray[];
}

/** An array that is there before the kernels run; `data` where it is constant. */
export interface SourceArray {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data?: TypedArray;
}

/** How a reduction is split: how many elements a thread puts together, or undefined where one thread does it all. */
export type SplitRule = (results: number, length: number) => number | undefined;

/** The graph as values; long reductions in parts. */
export function translate(graph: Graph, split: SplitRule): Translation {
  const sources: SourceArray[] = [];
  const builder = makeBuilder();
  const values = new Map<Tensor, Value>();
  const context: Context = {
    ...builder,
    reduceInParts: (reducer, x, axes) => reduceInParts(builder, split, reducer, x, axes),
    addSource(source) {
      sources.push(source);
      return builder.source(sources.length - 1, source.shape);
    },
  };
  for (const { shape, dtype } of graph.inputs) sources.push({ shape: shape as readonly number[], dtype });
  for (const [slot, input] of graph.inputs.entries()) {
    values.set(input, builder.source(slot, input.shape as readonly number[]));
  }
  for (const node of topologicalOrder(graph.outputs)) {
    if (values.has(node)) continue;
    const inputs = node.inputs.map((input) => values.get(input)!);
    values.set(node, translateNode(context, node, inputs));
  }
  return { outputs: graph.outputs.map((output) => values.get(output)!), sources };
}

interface Context extends Builder {
  readonly reduceInParts: (reducer: Reducer, x: Value, axes: readonly number[]) => Value;
  readonly addSource: (source: SourceArray) => Value;
}

interface ResultType {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

type Row<O extends Operation> = (
  context: Context,
  inputs: readonly Value[],
  attributes: OperationAttributes[O],
  result: ResultType,
) => Value;

function translateNode(context: Context, node: Tensor, inputs: readonly Value[]): Value {
  const result = { shape: node.shape as readonly number[], dtype: node.dtype };
  // Nothing of an empty array is ever read.
  if (result.shape.includes(0)) return context.literal(0, result.shape);
  const row = rows[node.operation as keyof typeof rows] as Row<Operation> | undefined;
  if (row === undefined) throw new TypeError(`compile: ${node.operation} must have been lowered.`);
  return row(context, inputs, node.attributes as never, result);
}

const call = (name: string, write: Call["write"], compute: Call["compute"], cost: number): Call =>
  makeCall({ name, write, compute, cost });

const ofFunction =
  (native: string) =>
  (...operands: string[]) =>
    `${native}(${operands.join(", ")})`;

const comparison = (operation: "equal" | "less" | "lessEqual", write: string, choose: string): Call =>
  makeCall({
    name: operation,
    write: ofFunction(write),
    choose: ofFunction(choose),
    compute: binaryScalar[operation],
    cost: 1,
  });

const unaryCalls: Record<UnaryOperation, Call> = {
  neg: call("neg", (x) => `(-${x})`, unaryScalar.neg, 1),
  abs: call("abs", (x) => `Math.abs(${x})`, unaryScalar.abs, 1),
  sign: call("sign", ofFunction("signOf"), unaryScalar.sign, 2),
  exp: call("exp", (x) => `Math.exp(${x})`, unaryScalar.exp, 8),
  expm1: call("expm1", ofFunction("expm1Of"), unaryScalar.expm1, 16),
  log: call("log", ofFunction("logOf"), unaryScalar.log, 16),
  log1p: call("log1p", ofFunction("log1pOf"), unaryScalar.log1p, 16),
  sqrt: call("sqrt", (x) => `Math.sqrt(${x})`, unaryScalar.sqrt, 4),
  tanh: call("tanh", ofFunction("tanhOf"), unaryScalar.tanh, 16),
  sigmoid: call("sigmoid", ofFunction("sigmoidOf"), unaryScalar.sigmoid, 12),
  softplus: call("softplus", ofFunction("softplusOf"), unaryScalar.softplus, 24),
  relu: call("relu", (x) => `Math.max(${x}, 0)`, unaryScalar.relu, 1),
  logicalNot: call("logicalNot", (x) => `(1 - ${x})`, unaryScalar.logicalNot, 1),
};

const binaryCalls: Record<BinaryOperation, Call> = {
  add: call("add", (x, y) => `(${x} + ${y})`, binaryScalar.add, 1),
  sub: call("sub", (x, y) => `(${x} - ${y})`, binaryScalar.sub, 1),
  mul: call("mul", (x, y) => `(${x} * ${y})`, binaryScalar.mul, 1),
  div: call("div", (x, y) => `(${x} / ${y})`, binaryScalar.div, 4),
  pow: call("pow", ofFunction("powerOf"), binaryScalar.pow, 48),
  maximum: call("maximum", (x, y) => `Math.max(${x}, ${y})`, binaryScalar.maximum, 1),
  minimum: call("minimum", (x, y) => `Math.min(${x}, ${y})`, binaryScalar.minimum, 1),
  equal: comparison("equal", "isEqual", "chooseEqual"),
  less: comparison("less", "isLess", "chooseLess"),
  lessEqual: comparison("lessEqual", "isLessOrEqual", "chooseLessOrEqual"),
  logicalAnd: call("logicalAnd", (x, y) => `(${x} * ${y})`, binaryScalar.logicalAnd, 1),
  logicalOr: call("logicalOr", (x, y) => `Math.max(${x}, ${y})`, binaryScalar.logicalOr, 1),
};

const where: Call = call("where", ofFunction("choose"), (condition, x, y) => (condition !== 0 ? x! : y!), 1);
const truncate: Call = call("truncate", ofFunction("truncated"), (x) => castNumber(x!, "int32"), 2);
const isNotZero: Call = call("isNotZero", ofFunction("isNotZero"), (x) => castNumber(x!, "bool"), 1);

const unaryRows = Object.fromEntries(
  unaryOperations.map((operation): [string, Row<Operation>] => [
    operation,
    ({ map }, inputs) => map(unaryCalls[operation], inputs),
  ]),
) as Record<UnaryOperation, Row<UnaryOperation>>;

const binaryRows = Object.fromEntries(
  binaryOperations.map((operation): [string, Row<Operation>] => [
    operation,
    ({ map }, inputs) => map(binaryCalls[operation], inputs),
  ]),
) as Record<BinaryOperation, Row<BinaryOperation>>;

const rows: { readonly [O in Exclude<Operation, "scatterAdd" | "argmax" | "matmul">]: Row<O> } = {
  ...unaryRows,
  ...binaryRows,
  input: () => {
    throw new TypeError("compile: every input must be one of the graph's.");
  },
  constant: ({ literal, addSource }, _, { data }, { shape, dtype }) =>
    data.every((value) => Object.is(value, data[0])) ? literal(data[0]!, shape) : addSource({ shape, dtype, data }),
  iota: ({ iota }, _, { size }) => iota(size),
  dimensionSize: ({ literal }, [x], { axes }) => literal(reducedLength(x!, axes), []),
  pow: (context, [x, y], _, { dtype }) => {
    const exponent = y!.kind === "literal" ? y!.value : undefined;
    if (exponent === 0.5) return context.map(unaryCalls.sqrt, [x!]);
    const power = context.map(binaryCalls.pow, [x!, y!]);
    return dtype === "int32" ? context.map(truncate, [power]) : power;
  },
  where: ({ map }, inputs) => map(where, inputs),
  cast: ({ map }, [x], { dtype }) => {
    if (dtype === "float32") return x!;
    return map(dtype === "bool" ? isNotZero : truncate, [x!]);
  },
  sum: ({ reduceInParts }, [x], { axes }) => reduceInParts("sum", x!, axes),
  max: ({ reduceInParts }, [x], { axes }) => reduceInParts("max", x!, axes),
  logSumExp: (context, [x], { axis }) => {
    const [shift, total] = shiftedSum(context, x!, axis);
    return binary(context, "add", shift, unary(context, "log", total));
  },
  softmax: (context, [x], { axis }) => {
    const [, total, powers] = shiftedSum(context, x!, axis);
    return binary(context, "div", powers, along(context, total, x!, axis));
  },
  logSoftmax: (context, [x], { axis }) => {
    const [shift, total] = shiftedSum(context, x!, axis);
    const shifted = binary(context, "sub", x!, along(context, shift, x!, axis));
    return binary(context, "sub", shifted, along(context, unary(context, "log", total), x!, axis));
  },
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

function unary({ map }: Context, operation: UnaryOperation, x: Value): Value {
  return map(unaryCalls[operation], [x]);
}

function binary({ map }: Context, operation: BinaryOperation, x: Value, y: Value): Value {
  return map(binaryCalls[operation], [x, y]);
}

/** The largest along an axis, the sum of exp(x - largest), and these powers; shared by all that is said of one x. */
function shiftedSum(context: Context, x: Value, axis: number): [shift: Value, total: Value, powers: Value] {
  const shift = context.reduceInParts("max", x, [axis]);
  const powers = unary(context, "exp", binary(context, "sub", x, along(context, shift, x, axis)));
  return [shift, context.reduceInParts("sum", powers, [axis]), powers];
}

/** Repeated along the axis that a reduction has dropped. */
function along({ reshape, broadcastTo }: Context, x: Value, like: Value, axis: number): Value {
  return broadcastTo(reshape(x, like.shape.with(axis, 1)), like.shape);
}

/** A kernel reads seven arrays at least, and not always more: many are put together by sevens. */
function concatInParts(concat: Builder["concat"], inputs: readonly Value[], axis: number): Value {
  if (inputs.length === 1) return inputs[0]!;
  if (inputs.length <= 7) return concat(inputs, axis);
  const parts: Value[] = [];
  for (let start = 0; start < inputs.length; start += 7) {
    parts.push(concatInParts(concat, inputs.slice(start, start + 7), axis));
  }
  return concatInParts(concat, parts, axis);
}

function reduceInParts(builder: Builder, split: SplitRule, reducer: Reducer, x: Value, axes: readonly number[]): Value {
  const shape = x.shape.filter((_, axis) => !axes.includes(axis));
  const length = reducedLength(x, axes);
  // Only a sum may be over nothing.
  if (length === 0) return builder.literal(0, shape);
  if (length === 1) return builder.reshape(x, shape);
  const results = x.size / length;
  const chunk = split(results, length);
  if (chunk === undefined) return builder.reduce(reducer, x, axes);
  return reduceInParts(builder, split, reducer, builder.partial(reducer, x, axes, chunk), [0]);
}
