/** How is an operation rewritten if an engine does not support it? */
import { isFloat } from "../array/dtype.ts";
import {
  abs,
  add,
  div,
  equal,
  exp,
  expm1,
  less,
  log,
  log1p,
  logicalNot,
  logicalOr,
  maximum,
  mul,
  neg,
  relu,
  sub,
  where,
} from "../tensor/elementwise.ts";
import { UnsupportedOperationError } from "../array/errors.ts";
import { loweredArcTangent } from "./arc-tangent.ts";
import { loweredErrorFunction } from "./error-function.ts";
import { loweredDigamma, loweredLogGamma } from "./gamma-lowered.ts";
import { type Graph, nodesWithin } from "./graph.ts";
import { arange, concat, expandDims, reshape, transpose, zeros } from "../tensor/movement.ts";
import { asTensor, full, toDType } from "../tensor/operand.ts";
import type { Operation } from "../tensor/operation.ts";
import { max, min, sum } from "../tensor/reduction.ts";
import { unroll } from "./recurrence.ts";
import { refusing } from "./refusal.ts";
import { along, runningSums, sortedIndices } from "./lowered-rows.ts";
import { type RewriteTable, applyTable, rewriteGraph } from "./rewrite.ts";
import { withAxis } from "../array/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The graph rewritten using only these operations. Throws `UnsupportedOperationError`, naming the engine, if that is impossible. */
export function lower<G extends Graph>(graph: G, operations: readonly Operation[], engine: string): G {
  const supported: ReadonlySet<string> = new Set(operations);
  let current = graph;
  let missing = firstMissing(current, supported);
  // A lowering may itself use a missing operation; every chain of lowerings ends well before this bound.
  for (let round = 0; missing !== undefined && round < 8; round++) {
    current = rewriteGraph(current, (node) =>
      supported.has(node.operation) ? undefined : applyTable(lowerings, node),
    );
    const next = firstMissing(current, supported);
    if (next?.operation === missing.operation && lowerings[missing.operation as Operation] === undefined) break;
    missing = next;
  }
  if (missing === undefined) return current;
  throw refusing(
    new UnsupportedOperationError(
      `compile: every operation must be one that engine "${engine}" supports or that can be rewritten using those, got ${missing.operation} (${missing}).`,
    ),
    missing,
  );
}

function firstMissing(graph: Graph, supported: ReadonlySet<string>): Tensor | undefined {
  return nodesWithin(graph).find((node) => !supported.has(node.operation));
}

/** These need no gradients of their own: gradients are taken before lowering. */
const lowerings: RewriteTable = {
  iota: ({ shape: [size] }) => asTensor(Int32Array.from({ length: size as number }, (_, index) => index)),
  neg: ({ inputs: [x] }) => mul(x!, -1),
  sub: ({ inputs: [x, y] }) => add(x!, neg(y!)),
  abs: ({ inputs: [x] }) => maximum(x!, neg(x!)),
  // x * 0 carries NaN, and is 0 for 0.
  sign: ({ inputs: [x] }) => where(less(0, x!), 1, where(less(x!, 0), -1, mul(x!, 0))),
  relu: ({ inputs: [x] }) => maximum(x!, 0),
  minimum: ({ inputs: [x, y] }) => neg(maximum(neg(x!), neg(y!))),
  maximum: ({ inputs: [x, y] }) => where(logicalOr(less(x!, y!), logicalNot(equal(y!, y!))), y!, x!),
  lessEqual: ({ inputs: [x, y] }) => logicalOr(less(x!, y!), equal(x!, y!)),
  logicalNot: ({ inputs: [x] }) => equal(x!, false),
  logicalAnd: ({ inputs: [x, y] }) => where(x!, y!, false),
  logicalOr: ({ inputs: [x, y] }) => where(x!, true, y!),

  // Kahan's forms: dividing by the logarithm cancels the rounding error of exp(x), or of 1 + x.
  expm1: ({ inputs: [x] }) => {
    const power = exp(x!);
    const small = where(equal(power, 1), x!, div(mul(sub(power, 1), x!), log(power)));
    return where(less(abs(x!), 0.5), small, sub(power, 1));
  },
  log1p: ({ inputs: [x] }) => {
    const onePlus = add(x!, 1);
    // Shader compilers may simplify (1 + x) - 1 to x even where 1 + x rounds to 1: a product of two small numbers would then be 0.
    const small = where(equal(onePlus, 1), x!, mul(x!, div(log(onePlus), sub(onePlus, 1))));
    return where(less(abs(x!), 0.5), small, log(onePlus));
  },
  tanh: ({ inputs: [x] }) => {
    const decay = mul(abs(x!), -2);
    const positive = neg(div(expm1(decay), add(exp(decay), 1)));
    return where(less(x!, 0), neg(positive), positive);
  },
  erf: ({ inputs: [x] }) => loweredErrorFunction(x!),
  atan: ({ inputs: [x] }) => loweredArcTangent(x!),
  lgamma: ({ inputs: [x] }) => loweredLogGamma(x!),
  digamma: ({ inputs: [x] }) => loweredDigamma(x!),
  sigmoid: ({ inputs: [x] }) => div(exp(neg(relu(neg(x!)))), add(exp(neg(abs(x!))), 1)),
  softplus: ({ inputs: [x] }) => add(relu(x!), log1p(exp(neg(abs(x!))))),

  argmax: ({ inputs: [x], attributes: { axis } }) => {
    const floats = isFloat(x!.dtype);
    const hit = equal(x!, max(x!.dtype === "bool" ? toDType(x!, "int32") : x!, { axis, keepAxes: true }));
    const largest = floats ? logicalOr(hit, logicalNot(equal(x!, x!))) : hit;
    const length = x!.shape[axis] as number;
    return min(where(largest, along(arange(length), x!, axis), length), axis);
  },
  logSumExp: (node) => {
    const [x] = node.inputs as [Tensor];
    const { axis } = node.attributes;
    if (x.shape[axis] === 0) return full(-Infinity, node.shape, node.dtype);
    const largest = max(x, { axis, keepAxes: true });
    // Subtracting an infinity from itself would give NaN.
    const shift = where(equal(abs(largest), Infinity), 0, largest);
    return add(reshape(shift, node.shape), log(sum(exp(sub(x, shift)), axis)));
  },
  softmax: (node) => {
    const [x] = node.inputs as [Tensor];
    const { axis } = node.attributes;
    if (x.shape[axis] === 0) return x;
    const powers = exp(sub(x, max(x, { axis, keepAxes: true })));
    return div(powers, sum(powers, { axis, keepAxes: true }));
  },
  logSoftmax: (node) => {
    const [x] = node.inputs as [Tensor];
    const { axis } = node.attributes;
    if (x.shape[axis] === 0) return x;
    const shifted = sub(x, max(x, { axis, keepAxes: true }));
    return sub(shifted, log(sum(exp(shifted), { axis, keepAxes: true })));
  },

  argsort: ({ inputs: [x], attributes: { axis, descending } }) => sortedIndices(x!, axis, descending),
  cumsum: ({ inputs: [x], attributes: { axis, reverse } }) => runningSums(x!, axis, reverse),

  // Each index is compared with every position; other elements are masked by `where`, not multiplied by 0, which would carry NaN.
  takeAlongAxis: ({ inputs: [x, indices], attributes: { axis } }) => {
    const length = x!.shape[axis] as number;
    const position = expandDims(along(arange(length), x!, axis), axis);
    const chosen = where(
      equal(expandDims(indices!, axis + 1), position),
      expandDims(x!, axis),
      toDType(asTensor(0), x!.dtype),
    );
    return toDType(sum(chosen, axis + 1), x!.dtype);
  },
  scatterAdd: (node) => {
    const [updates, indices] = node.inputs as [Tensor, Tensor];
    const { axis, size } = node.attributes;
    const positions = arange(size as number);
    if (updates.shape[axis] === 1) return where(equal(indices, along(positions, node, axis)), updates, 0);
    const hit = equal(expandDims(indices, axis + 1), expandDims(along(positions, node, axis), axis));
    return sum(where(hit, expandDims(updates, axis + 1), 0), axis);
  },

  pad: ({ inputs: [x], attributes: { before, after } }) =>
    x!.shape.reduce<Tensor>((padded, _, axis) => {
      const edge = (width: number) => (width === 0 ? [] : [zeros(withAxis(padded.shape, axis, width), padded.dtype)]);
      return concat([...edge(before[axis]!), padded, ...edge(after[axis]!)], axis);
    }, x!),
  matmul: ({ inputs: [x, y] }) => {
    const columns = transpose(y!, [...y!.shape.slice(0, -2).keys(), y!.rank - 1, y!.rank - 2]);
    return sum(mul(expandDims(x!, -2), expandDims(columns, -3)), -1);
  },

  scan: (node) => (typeof node.attributes.length === "number" ? unroll(node) : undefined),
};
