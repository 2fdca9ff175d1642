/** How far may an engine's results be from the exact ones? The rounding of every operation is propagated through the graph. */
import type { EngineTraits, Tensor } from "@symloss/core";
import {
  type AnyOperation,
  type Graph,
  type NodeOf,
  type ScanNode,
  isBinary,
  isFloat,
  isScan,
  isUnary,
  topologicalOrder,
} from "@symloss/core/engine";
import { type Precision, epsilonOf, largestExactInteger, largestOf, roundingOfNode } from "../tolerance.ts";
import { type Elements, applyOperation, concreteShape, evaluateGraph, perRow, runScan } from "./evaluate.ts";
import { offsetOf, positionsOf } from "./position.ts";
import { binaryNumber, convertNumber, unaryNumber } from "./scalar.ts";

/**
 * The error that each element of each node may have, given the exact values of all nodes.
 * It is Infinity if the value depends on rounding (a comparison of equals, for example) and may be anything. A non-finite value is
 * checked only if it follows from a non-finite operand, or is non-finite in any precision (1 / 0): an engine that computes several
 * steps in float64 may avoid an overflow of float32.
 */
export function boundErrors(
  graph: Graph,
  values: ReadonlyMap<Tensor, Elements>,
  traits: Traits,
): Map<Tensor, Elements> {
  const exact = graph.inputs.map((input) => values.get(input)!.map(() => 0));
  return boundFrom(graph, values, exact, new Set(), traits);
}

type Traits = Pick<EngineTraits, "precision" | "nonFinite">;

/** The same if the inputs have errors; some of the outputs are used elsewhere. */
function boundFrom(
  graph: Graph,
  values: ReadonlyMap<Tensor, Elements>,
  inputErrors: readonly Elements[],
  usedOutputs: ReadonlySet<Tensor>,
  traits: Traits,
): Map<Tensor, Elements> {
  const { precision, nonFinite } = traits;
  const errors = new Map(graph.inputs.map((input, index) => [input, inputErrors[index]!]));
  const order = topologicalOrder([...graph.inputs, ...graph.outputs]);
  const used = new Set([...order.flatMap(({ inputs }) => inputs), ...usedOutputs]);
  for (const node of order) {
    if (errors.has(node)) continue;
    const operands = node.inputs.map((input): Operand => ({ values: values.get(input)!, errors: errors.get(input)! }));
    const bounds = isScan(node)
      ? boundScan(node, operands, traits)
      : boundNode(node as NodeOf<BoundOperation>, values.get(node)!, operands, precision);
    // A result that overflows is an infinity as an output, but may be finite as an intermediate value.
    const isOpen = (value: number, index: number): boolean =>
      !Number.isFinite(value) &&
      (nonFinite === "unspecified" || (used.has(node) && !isInAnyPrecision(node, operands, index)));
    const elements = values.get(node)!;
    errors.set(
      node,
      bounds.map((bound, index) => (isOpen(elements[index]!, index) ? Infinity : bound)),
    );
  }
  return errors;
}

/** A number, and how far it may be off. */
interface Doubtful {
  readonly value: number;
  readonly error: number;
}

/** The errors of each step are those with which the next one begins. */
function boundScan(node: ScanNode, operands: readonly Operand[], traits: Traits): Elements {
  const { body } = node.attributes;
  const pairs = operands.map(({ values, errors }) => values.map((value, index) => ({ value, error: errors[index]! })));
  const results = runScan<Doubtful>(node, pairs, (inputs) => {
    const numbers = inputs.map((list) => list.map(({ value }) => value));
    const doubts = inputs.map((list) => list.map(({ error }) => error));
    const values = evaluateGraph(body, numbers);
    const errors = boundFrom(body, values, doubts, new Set(body.outputs), traits);
    return body.outputs.map((output) =>
      values.get(output)!.map((value, index) => ({ value, error: errors.get(output)![index]! })),
    );
  });
  return results.map(({ error }) => error);
}

interface Operand {
  readonly values: Elements;
  readonly errors: Elements;
}

/** How an operation propagates its operands' errors, and the size of the value that it rounds. */
interface Bound {
  readonly carried: Elements;
  readonly scale?: Elements;
  /** The sizes of the arguments of exponentials. */
  readonly exponents?: Elements;
}

/** An operation that bounds its result by its operands alone. */
type BoundOperation = Exclude<AnyOperation, "scan">;

type Rule<O extends BoundOperation> = (node: NodeOf<O>, operands: readonly Operand[], values: Elements) => Bound;

function boundNode(
  node: NodeOf<BoundOperation>,
  values: Elements,
  operands: readonly Operand[],
  precision: Precision,
): Elements {
  const {
    carried,
    scale = values.map(Math.abs),
    exponents,
  } = (rules[node.operation] as Rule<BoundOperation>)(node, operands, values);
  const rounding = roundingOfNode(node.operation, node.dtype, precision);
  const epsilon = epsilonOf(node.dtype);
  const certain = operands.every(({ errors }) => errors.every((error) => error === 0));
  return values.map((value, index) => {
    const units = rounding.ulps + (rounding.ulpsPerExponent ?? 0) * (exponents?.[index] ?? 0);
    const own = units === 0 ? 0 : units * epsilon * scale[index]! + rounding.floor + (rounding.absolute ?? 0);
    if (node.dtype === "int32" && Math.abs(value) > largestExactInteger)
      return carried[index]! + Math.abs(value) * 2 ** -23;
    if (certain && carried[index] !== Infinity) return Number.isFinite(own) ? own : 0;
    if (!Number.isFinite(value))
      return carried[index]! < Infinity && isInAnyPrecision(node, operands, index) ? 0 : Infinity;
    const error = carried[index]! + own;
    const known = !isFloat(node.dtype) || Math.abs(value) + error <= largestOf(node.dtype);
    // Written so that NaN fails too.
    return known && error >= 0 ? error : Infinity;
  });
}

/** Whether a non-finite element is non-finite in float64 too, and not just an overflow of this dtype. */
function isInAnyPrecision(node: Tensor, operands: readonly Operand[], index: number): boolean {
  const { operation } = node;
  if (operands.length === 0) return true;
  const numbers = operands.map(({ values }) => values[index]!);
  if (isUnary(operation)) return !Number.isFinite(unaryNumber[operation](numbers[0]!));
  if (isBinary(operation)) return !Number.isFinite(binaryNumber[operation](numbers[0]!, numbers[1]!));
  const all = operands.flatMap(({ values }) => values);
  return (
    all.some((value) => !Number.isFinite(value)) &&
    all.every((value) => !(Math.abs(value) > modest) || Math.abs(value) === Infinity)
  );
}

/** Products of two numbers up to this size, and sums of many such products, are finite in every float dtype. */
const modest = 1e18;

const rules: { [O in BoundOperation]: Rule<O> } = {
  input: none,
  constant: none,
  iota: none,
  dimensionSize: none,

  neg: corners,
  abs: corners,
  sign: corners,
  exp: exponential,
  expm1: exponential,
  log: corners,
  log1p: corners,
  sqrt: corners,
  tanh: corners,
  erf: corners,
  atan: corners,
  lgamma: betweenPoles,
  digamma: betweenPoles,
  sigmoid: exponential,
  softplus: exponential,
  relu: corners,
  logicalNot: corners,

  add: corners,
  sub: corners,
  mul: corners,
  div: (node, operands, values) => {
    const { carried } = corners(node, operands, values);
    const [, { values: divisors, errors }] = operands as [Operand, Operand];
    // If the divisor may be 0, or is a 0 of unspecified sign, the quotient may be anything.
    const signed = isSigned(node.inputs[1]!);
    return {
      carried: carried.map((error, index) =>
        Math.abs(divisors[index]!) <= errors[index]! && (errors[index]! > 0 || !signed) ? Infinity : error,
      ),
    };
  },
  pow: (node, operands, values) => {
    const [base, exponent] = operands as [Operand, Operand];
    const { carried } = corners(node, operands, values);
    const signed = isSigned(node.inputs[0]!);
    return {
      carried: carried.map((error, index) =>
        base.values[index] === 0 && !signed && exponent.values[index]! < 0 ? Infinity : error,
      ),
      exponents: exponent.values.map((power, index) => Math.abs(power * Math.log(Math.abs(base.values[index]!))) || 0),
    };
  },
  maximum: corners,
  minimum: corners,
  equal: (_, operands) => {
    const [x, y] = operands as [Operand, Operand];
    return {
      carried: x.values.map((value, index) => {
        const doubt = x.errors[index]! + y.errors[index]!;
        return doubt > 0 && !(Math.abs(value - y.values[index]!) > doubt) ? 1 : 0;
      }),
    };
  },
  less: corners,
  lessEqual: corners,
  logicalAnd: corners,
  logicalOr: corners,

  where: (_, operands) => {
    const [condition, x, y] = operands as [Operand, Operand, Operand];
    return {
      carried: condition.values.map((chosen, index) => {
        const side = chosen === 0 ? y : x;
        if (condition.errors[index] === 0) return side.errors[index]!;
        return Math.abs(x.values[index]! - y.values[index]!) + x.errors[index]! + y.errors[index]!;
      }),
    };
  },
  cast: (node, operands, values) => ({
    carried:
      node.dtype === "bool"
        ? operands[0]!.values.map((value, index) =>
            Math.abs(value) <= operands[0]!.errors[index]! && operands[0]!.errors[index]! > 0 ? 1 : 0,
          )
        : spread(node, operands, values, (corner) => convertNumber(corner[0]!, node.dtype)),
    // A cast to a wider type does not round.
    ...(node.inputs[0]!.dtype === "float64" || values.some((value) => Math.abs(value) > largestExactInteger)
      ? {}
      : { scale: values.map(() => 0) }),
  }),

  sum: (node, [x]) => ({
    carried: applyOperation(node, [x!.errors]),
    scale: applyOperation(node, [x!.values.map(Math.abs)]),
  }),
  max: (node, [x]) => ({ carried: applyOperation(node, [x!.errors]) }),
  argmax: (node, [x], values) => {
    const { axis } = node.attributes;
    const [source] = node.inputs as [Tensor];
    const isWinner = positionsOf(concreteShape(source)).map(
      (position) => values[offsetOf(position.toSpliced(axis, 1), concreteShape(node))] === position[axis],
    );
    // The worst case for the winner: its own value low, all others high.
    const worst = x!.values.map((value, index) =>
      isWinner[index] === true ? value - x!.errors[index]! : value + x!.errors[index]!,
    );
    return { carried: applyOperation(node, [worst]).map((index, place) => (index === values[place] ? 0 : Infinity)) };
  },
  logSumExp: (node, [x], values) => ({
    carried: largestAlong(node, x!.errors),
    scale: values.map((value) => Math.max(1, Math.abs(value))),
  }),
  softmax: (node, [x], values) => {
    const doubt = largestAlong(node, x!.errors);
    const largest = largestAlong(node, x!.values);
    return {
      carried: values.map((value, index) =>
        Number.isNaN(value) ? doubt[index]! : value * Math.expm1(2 * doubt[index]!),
      ),
      exponents: x!.values.map((value, index) => Math.min(200, Math.abs(value - largest[index]!))),
    };
  },
  logSoftmax: (node, [x], values) => {
    const doubt = largestAlong(node, x!.errors);
    return {
      carried: x!.errors.map((error, index) => error + doubt[index]!),
      scale: values.map((value) => Math.max(1, Math.abs(value))),
    };
  },
  argsort: (node, [x], values) => {
    const { axis } = node.attributes;
    const shape = concreteShape(node);
    const doubts = perRow(
      node,
      axis,
      (position) => offsetOf(position, shape),
      (places) => doubtfulPlaces(places, x!),
    );
    return {
      carried: positionsOf(shape).map((position, index) => (doubts(position).has(values[index]!) ? Infinity : 0)),
    };
  },
  cumsum: (node, [x]) => ({
    carried: applyOperation(node, [x!.errors]),
    scale: applyOperation(node, [x!.values.map(Math.abs)]),
  }),

  takeAlongAxis: (node, [x, indices]) => ({
    carried: applyOperation(node, [x!.errors, indices!.values]).map((error, index) =>
      indices!.errors[index] === 0 ? error : Infinity,
    ),
  }),
  scatterAdd: (node, [updates, indices], values) => ({
    carried: indices!.errors.some((error) => error > 0)
      ? values.map(() => Infinity)
      : applyOperation(node, [updates!.errors, indices!.values]),
    scale: applyOperation(node, [updates!.values.map(Math.abs), indices!.values]),
  }),

  reshape: moved,
  transpose: moved,
  broadcastTo: moved,
  slice: moved,
  pad: moved,
  concat: moved,
  matmul: (node, [x, y]) => {
    const left = x!.values.map(Math.abs);
    const right = y!.values.map(Math.abs);
    const parts = [
      [left, y!.errors],
      [x!.errors, right],
      [x!.errors, y!.errors],
    ].map((pair) => applyOperation(node, pair));
    return {
      carried: parts[0]!.map((_, index) => parts.reduce((total, part) => total + part[index]!, 0)),
      scale: applyOperation(node, [left, right]),
    };
  },

  identity: moved,
  stopGradient: moved,
  check: moved,
  customGradient: moved,
};

/** The indices in a row, of which the elements stand at these places, whose element may change its order with another. */
function doubtfulPlaces(places: readonly number[], { values, errors }: Operand): ReadonlySet<number> {
  if (places.every((place) => errors[place] === 0)) return new Set();
  const mayChange = (left: number, right: number): boolean => {
    const doubt = errors[left]! + errors[right]!;
    return doubt === Infinity || (doubt > 0 && Math.abs(values[left]! - values[right]!) <= doubt);
  };
  const isDoubtful = (place: number): boolean => places.some((other) => other !== place && mayChange(place, other));
  return new Set([...places.keys()].filter((index) => isDoubtful(places[index]!)));
}

function none(_: Tensor, __: readonly Operand[], values: Elements): Bound {
  return { carried: values.map(() => 0) };
}

/** Whether the sign of a 0 comes unchanged from an input: engines do not guarantee the sign of a computed 0. */
function isSigned({ operation, inputs }: Tensor): boolean {
  if (inputs.length === 0) return true;
  return ["reshape", "transpose", "broadcastTo", "slice"].includes(operation) && isSigned(inputs[0]!);
}

/** The errors move as the elements do. */
function moved(node: Tensor, operands: readonly Operand[]): Bound {
  return {
    carried: applyOperation(
      node,
      operands.map(({ errors }) => errors),
    ),
  };
}

/** The functions are monotonic in each operand, so the largest error is at a corner of the operands' ranges. */
function corners(node: Tensor, operands: readonly Operand[], values: Elements): Bound {
  const { operation } = node;
  const apply = isUnary(operation)
    ? (corner: readonly number[]) => unaryNumber[operation](corner[0]!)
    : isBinary(operation)
      ? (corner: readonly number[]) => binaryNumber[operation](corner[0]!, corner[1]!)
      : undefined;
  if (apply === undefined) throw new Error(`boundErrors: an elementwise operation is expected, got ${operation}.`);
  return { carried: spread(node, operands, values, (corner) => convertNumber(apply(corner), node.dtype)) };
}

/** Monotonic or convex between the poles 0, -1, -2 and so on; an operand that may be one may give anything. */
function betweenPoles(node: Tensor, operands: readonly Operand[], values: Elements): Bound {
  const [x] = operands as readonly [Operand];
  const { carried } = corners(node, operands, values);
  return {
    carried: carried.map((error, index) => {
      const [least, most] = [x.values[index]! - x.errors[index]!, x.values[index]! + x.errors[index]!];
      return x.errors[index]! > 0 && Math.ceil(least) <= Math.min(most, 0) ? Infinity : error;
    }),
  };
}

function exponential(node: Tensor, operands: readonly Operand[], values: Elements): Bound {
  return {
    ...corners(node, operands, values),
    exponents: operands[0]!.values.map((value) => Math.min(200, Math.abs(value))),
  };
}

function spread(
  _: Tensor,
  operands: readonly Operand[],
  values: Elements,
  apply: (corner: readonly number[]) => number,
): Elements {
  return values.map((value, index) => {
    if (operands.every(({ errors }) => errors[index] === 0)) return 0;
    // An operand that may be anything may also be NaN, which the corners do not cover.
    if (operands.some(({ errors }) => errors[index] === Infinity)) return Infinity;
    let places: number[][] = [[]];
    for (const operand of operands) {
      const [center, error] = [operand.values[index]!, operand.errors[index]!];
      places = places.flatMap((place) => [
        [...place, center - error],
        [...place, center + error],
      ]);
    }
    return Math.max(...places.map((place) => distance(apply(place), value)));
  });
}

/** The distance of two numbers; the distance of NaN or an infinity from itself is 0. */
function distance(left: number, right: number): number {
  if (Object.is(left, right)) return 0;
  return Number.isNaN(left) || Number.isNaN(right) ? Infinity : Math.abs(left - right);
}

/** For each element of the node, the largest element along its axis of the operand. */
function largestAlong(node: NodeOf<"logSumExp" | "softmax" | "logSoftmax">, elements: Elements): Elements {
  const { axis } = node.attributes;
  const [x] = node.inputs as [Tensor];
  const shape = concreteShape(x);
  const largest = perRow(
    x,
    axis,
    (position) => elements[offsetOf(position, shape)]!,
    (values) => Math.max(...values),
  );
  return positionsOf(concreteShape(node)).map((position) =>
    largest(node.operation === "logSumExp" ? position.toSpliced(axis, 0, 0) : position),
  );
}
