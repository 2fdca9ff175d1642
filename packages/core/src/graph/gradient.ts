/** For each operation: how does a gradient flow back? And how does it flow through a graph? */
import { isFloat } from "../array/dtype.ts";
import {
  abs,
  add,
  div,
  equal,
  exp,
  greater,
  less,
  mul,
  neg,
  sigmoid,
  sign,
  sub,
  where,
} from "../tensor/elementwise.ts";
import { dependentsOf, topologicalOrder } from "./graph.ts";
import { pad, reshape, slice, transpose } from "../tensor/movement.ts";
import { expand, full, toDType } from "../tensor/operand.ts";
import { type AnyOperation, operationFacts } from "../tensor/operation.ts";
import { polygamma } from "./gamma-derivatives.ts";
import { groupScans, isScan } from "./recurrence.ts";
import { type Seed, scanFlows } from "./scan-gradient.ts";
import { powerByBase, powerByExponent } from "./power.ts";
import { softmax, sum } from "../tensor/reduction.ts";
import { type Shape, keepAxes } from "../array/shape.ts";
import { type NodeOf, type Tensor, makeTensor } from "../tensor/tensor.ts";

/**
 * The gradients of the sum of `output` with respect to each tensor of `wrt`, as tensors that can be differentiated again.
 * The gradient of a tensor on which the output does not depend is zero.
 */
export function gradients(output: Tensor, wrt: readonly Tensor[]): Tensor[] {
  const seed = { tensor: output, cotangent: full(1, output.shape, output.dtype) };
  return flowBack([seed], wrt).map((flow, index) => flow ?? full(0, wrt[index]!.shape, wrt[index]!.dtype));
}

function flowBack(seeds: readonly Seed[], wrt: readonly Tensor[]): (Tensor | undefined)[] {
  const order = topologicalOrder(seeds.map(({ tensor }) => tensor));
  const dependent = dependentsOf(wrt, order, carriesGradient);
  const scans = groupScans(order);
  const cotangents = new Map<Tensor, Tensor>();
  const receive = (tensor: Tensor, flow: Tensor | undefined): void => {
    if (flow === undefined || !dependent.has(tensor)) return;
    const sofar = cotangents.get(tensor);
    cotangents.set(tensor, sofar === undefined ? flow : makeTensor("add", [sofar, flow], {}));
  };
  for (const { tensor, cotangent } of seeds) receive(tensor, cotangent);
  for (const node of order.toReversed()) {
    if (node.inputs.length === 0) continue;
    // The first result of a scan comes last, when the gradients of all of them are known.
    const flows = isScan(node)
      ? scanFlows(scans.get(node) ?? [], cotangents, (operand) => dependent.has(operand), flowBack)
      : flowsOf(node, cotangents.get(node));
    for (const [index, flow] of flows.entries()) receive(node.inputs[index]!, flow);
  }
  return wrt.map((tensor) => cotangents.get(tensor));
}

/** Whether a gradient flows back through a node. */
function carriesGradient({ dtype, operation }: Tensor): boolean {
  return isFloat(dtype) && operation !== "stopGradient";
}

function flowsOf(node: Tensor, cotangent: Tensor | undefined): readonly (Tensor | undefined)[] {
  if (cotangent === undefined) return [];
  return (rules[node.operation as keyof typeof rules] as Rule<AnyOperation>)(node as NodeOf<AnyOperation>, cotangent);
}

/** From the gradient of a node to the gradient of each operand; undefined if none flows. */
type Rule<O extends AnyOperation> = (node: NodeOf<O>, cotangent: Tensor) => readonly (Tensor | undefined)[];

const none: Rule<AnyOperation> = () => [];

const rules: { [O in Exclude<AnyOperation, "scan">]: Rule<O> } = {
  input: none,
  constant: none,
  iota: none,
  dimensionSize: none,

  neg: (_, g) => [neg(g)],
  abs: ({ inputs: [x] }, g) => [mul(g, sign(x!))],
  sign: none,
  exp: (y, g) => [mul(g, y)],
  expm1: ({ inputs: [x] }, g) => [mul(g, exp(x!))],
  log: ({ inputs: [x] }, g) => [slopeOfLogarithm(g, x!)],
  log1p: ({ inputs: [x] }, g) => [slopeOfLogarithm(g, add(x!, 1))],
  sqrt: (y, g) => [div(mul(g, 0.5), y)],
  // 4 sigmoid(2 x) sigmoid(-2 x) is 1 - tanh(x)^2 without the cancellation.
  tanh: ({ inputs: [x] }, g) => {
    const twice = mul(x!, 2);
    return [mul(g, mul(mul(sigmoid(twice), sigmoid(neg(twice))), 4))];
  },
  erf: ({ inputs: [x] }, g) => [mul(g, mul(exp(neg(mul(x!, x!))), 2 / Math.sqrt(Math.PI)))],
  atan: ({ inputs: [x] }, g) => {
    // The slope of the slope would meet 0 times infinity.
    const end = equal(abs(x!), Infinity);
    const finite = where(end, 0, x!);
    return [where(end, 0, div(g, add(mul(finite, finite), 1)))];
  },
  lgamma: ({ inputs: [x] }, g) => [mul(g, makeTensor("digamma", [x!], {}))],
  digamma: ({ inputs: [x] }, g) => [mul(g, polygamma(1, x!))],
  // sigmoid(-x) is 1 - sigmoid(x) without the cancellation.
  sigmoid: (y, g) => [mul(g, mul(y, sigmoid(neg(y.inputs[0]!))))],
  softplus: ({ inputs: [x] }, g) => [mul(g, sigmoid(x!))],
  // The value times 0 is NaN if the operand is.
  relu: (y, g) => [where(greater(y.inputs[0]!, 0), g, mul(y, 0))],
  logicalNot: none,

  add: (_, g) => [g, g],
  sub: (_, g) => [g, neg(g)],
  mul: ({ inputs: [x, y] }, g) => [mul(g, y!), mul(g, x!)],
  div: (quotient, g) => {
    const share = div(g, quotient.inputs[1]!);
    return [share, neg(mul(share, quotient))];
  },
  pow: ({ inputs: [x, y] }, g) => [mul(g, powerByBase(x!, y!)), mul(g, powerByExponent(x!, y!))],
  maximum: ({ inputs: [x, y] }, g) => share(x!, y!, g, [less(y!, x!), less(x!, y!)]),
  minimum: ({ inputs: [x, y] }, g) => share(x!, y!, g, [less(x!, y!), less(y!, x!)]),
  equal: none,
  less: none,
  lessEqual: none,
  logicalAnd: none,
  logicalOr: none,

  where: ({ inputs: [condition] }, g) => [undefined, where(condition!, g, 0), where(condition!, 0, g)],
  cast: ({ inputs: [x] }, g) => [isFloat(x!.dtype) ? toDType(g, x!.dtype) : undefined],

  sum: ({ inputs: [x], attributes: { axes } }, g) => [spread(g, x!.shape, axes)],
  max: (result, g) => {
    const [x] = result.inputs as [Tensor];
    const { axes } = result.attributes;
    const largest = equal(x, spread(result, x.shape, axes));
    const count = sum(toDType(largest, x.dtype), axes);
    // No element equals NaN: if the maximum is NaN, the gradient is NaN everywhere.
    const rest = where(equal(count, 0), NaN, 0);
    return [where(largest, spread(div(g, count), x.shape, axes), spread(rest, x.shape, axes))];
  },
  argmax: none,
  logSumExp: (result, g) => {
    const [x] = result.inputs as [Tensor];
    const { axis } = result.attributes;
    const whole = spread(result, x.shape, [axis]);
    // If the result is infinite, its infinite elements share the gradient, as ties of max do.
    const ties = where(equal(x, whole), 0, -Infinity);
    const weights = softmax(where(equal(abs(whole), Infinity), ties, x), axis);
    return [mul(spread(g, x.shape, [axis]), weights)];
  },
  softmax: (y, g) => {
    const { axis } = y.attributes;
    const average = (x: Tensor) => spread(sum(mul(x, y), axis), y.shape, [axis]);
    // The probabilities sum to 1, so shifting g changes nothing; after this shift, what is left at a probability near 1 is small and exact.
    const shifted = sub(g, average(g));
    return [mul(sub(shifted, average(shifted)), y)];
  },
  logSoftmax: ({ inputs: [x], attributes: { axis } }, g) => {
    const total = spread(sum(g, axis), x!.shape, [axis]);
    return [sub(g, mul(softmax(x!, axis), total))];
  },

  argsort: none,
  cumsum: ({ attributes: { axis, reverse } }, g) => [makeTensor("cumsum", [g], { axis, reverse: !reverse })],

  takeAlongAxis: ({ inputs: [x, indices], attributes: { axis } }, g) => {
    const inverse = inversePermutation(indices!, axis);
    return [
      inverse === undefined
        ? makeTensor("scatterAdd", [g, indices!], { axis, size: x!.shape[axis]! })
        : makeTensor("takeAlongAxis", [g, inverse], { axis }),
    ];
  },
  scatterAdd: ({ inputs: [, indices], attributes: { axis } }, g) => [
    makeTensor("takeAlongAxis", [g, indices!], { axis }),
  ],

  reshape: ({ inputs: [x] }, g) => [reshape(g, x!.shape)],
  transpose: ({ attributes: { permutation } }, g) => [
    transpose(
      g,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  ],
  broadcastTo: ({ inputs: [x] }, g) => [sumTo(g, x!.shape)],
  slice: ({ inputs: [x], attributes: { starts, stops } }, g) => [
    pad(
      g,
      starts,
      stops.map((stop, axis) => (typeof stop === "string" ? 0 : (x!.shape[axis] as number) - stop)),
    ),
  ],
  pad: ({ inputs: [x], attributes: { before } }, g) => [
    slice(
      g,
      before,
      before.map((start, axis) =>
        typeof x!.shape[axis] === "string" ? undefined : start + (x!.shape[axis] as number),
      ),
    ),
  ],
  concat: ({ inputs, attributes: { axis } }, g) => {
    let start = 0;
    return inputs.map((input) => {
      const stop = start + (input.shape[axis] as number);
      const part = slice(g, at(axis, start), at(axis, stop));
      start = stop;
      return part;
    });
  },
  matmul: ({ inputs: [x, y] }, g) => [
    makeTensor("matmul", [g, swapLastAxes(y!)], {}),
    makeTensor("matmul", [swapLastAxes(x!), g], {}),
  ],

  identity: (_, g) => [g],
  stopGradient: none,
  check: (_, g) => [g],
  customGradient: ({ attributes: { gradient } }, g) => [undefined, ...gradient(g)],
};

/** Ties give each side one half; if neither side wins and they are not equal, one is NaN. */
function share(x: Tensor, y: Tensor, g: Tensor, [xWins, yWins]: readonly [Tensor, Tensor]): Tensor[] {
  const tie = equal(x, y);
  const half = mul(g, 0.5);
  return [
    where(tie, half, where(xWins, g, where(yWins, 0, NaN))),
    where(tie, half, where(yWins, g, where(xWins, 0, NaN))),
  ];
}

/** g / x, but 0 / 0 is 0: the logarithm of 0 has no influence where its weight is 0, as in 0 log 0. */
function slopeOfLogarithm(g: Tensor, x: Tensor): Tensor {
  const unlessAbsent = (absent: number, present: Tensor) =>
    where(equal(g, 0), where(equal(x, 0), absent, present), present);
  // Dividing by 1 instead keeps NaN out of the derivatives of this quotient too.
  return unlessAbsent(0, div(g, unlessAbsent(1, x)));
}

/** If the indices are those of elements sorted along the axis: where each element went, which costs less than a sum at each index. */
function inversePermutation(indices: Tensor, axis: number): Tensor | undefined {
  const sorted = withoutAnnotations(indices);
  if (!isSortedAlong(sorted, axis)) return undefined;
  const [x] = sorted.inputs as [Tensor];
  // The inverse of an inverse is known.
  if (!sorted.attributes.descending && isSortedAlong(x, axis)) return x;
  return makeTensor("argsort", [sorted], { axis, descending: false });
}

function isSortedAlong(tensor: Tensor, axis: number): tensor is NodeOf<"argsort"> {
  return tensor.operation === "argsort" && (tensor as NodeOf<"argsort">).attributes.axis === axis;
}

function withoutAnnotations(tensor: Tensor): Tensor {
  let inner = tensor;
  while (operationFacts[inner.operation].kind === "annotation") inner = inner.inputs[0]!;
  return inner;
}

/** A reduced tensor broadcast over its reduced axes. */
function spread(x: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  return expand(reshape(x, keepAxes(shape, axes)), shape);
}

/** The sum over the axes along which broadcasting to g's shape repeated elements. */
function sumTo(g: Tensor, shape: Shape): Tensor {
  const extra = g.rank - shape.length;
  const axes = g.shape.flatMap((dimension, axis) =>
    axis < extra || (shape[axis - extra] === 1 && dimension !== 1) ? [axis] : [],
  );
  return reshape(sum(g, axes), shape);
}

/** One entry for each axis up to this one, and only this one is set. */
function at(axis: number, bound: number): number[] {
  const bounds: number[] = Array.from({ length: axis });
  bounds[axis] = bound;
  return bounds;
}

function swapLastAxes(x: Tensor): Tensor {
  return transpose(x, [...x.shape.slice(0, -2).keys(), x.rank - 1, x.rank - 2]);
}
