/** How does each operation get into random graphs? One row for each, so that a missing operation does not compile. */
import {
  type DType,
  Tensor,
  abs,
  add,
  arange,
  argmax,
  argsort,
  asTensor,
  atan,
  broadcastTo,
  cast,
  clip,
  concat,
  cumsum,
  digamma,
  div,
  einsum,
  equal,
  erf,
  exp,
  expandDims,
  expm1,
  less,
  lessEqual,
  lgamma,
  log,
  log1p,
  logSoftmax,
  logSumExp,
  logicalAnd,
  logicalNot,
  logicalOr,
  matmul,
  max,
  maximum,
  mean,
  min,
  minimum,
  mul,
  neg,
  pad,
  pow,
  relu,
  reshape,
  scan,
  sigmoid,
  sign,
  slice,
  softmax,
  softplus,
  sort,
  sqrt,
  square,
  sub,
  sum,
  takeAlongAxis,
  tanh,
  transpose,
  variance,
  where,
  zeros,
} from "@symloss/core";
import type { Operation } from "@symloss/core/engine";
import { arrayOf, sample } from "../data.ts";
import { asCondition, asFloat, asInteger, axisOf, fit, flat, lengthsOf, rowsOf, spreadTo, turned } from "./fitting.ts";

/** What a maker gets: two earlier tensors, converted to one float dtype and unconverted, and a number from which to choose axes and the like. */
export interface Hand {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly rawX: Tensor;
  readonly rawY: Tensor;
  readonly dtype: DType;
  readonly choice: number;
}

/** Makes a tensor, or returns undefined if these operands do not allow one. */
export interface Maker {
  readonly make: (hand: Hand) => Tensor | undefined;
  /** Smooth in every operand, so that its gradient can be checked by differences. */
  readonly smooth?: true;
  /** Its results may overflow or depend on rounding: only for graphs that search for faults. */
  readonly wild?: true;
}

/** The operations that functions of tensors can use; the others stand for inputs and named dimensions. */
export type MadeOperation = Exclude<Operation, "input" | "dimensionSize">;

/** The makers of each operation. */
export const makers: { readonly [O in MadeOperation]: readonly Maker[] } = {
  constant: [
    smooth(({ x, dtype, choice }) => add(x, asTensor(constantLike(lengthsOf(x).slice(-1), dtype, choice)))),
    smooth(({ x, choice }) => mul(x, [0.5, 2, -1, 1, 3, 0.1][choice % 6]!)),
    wild(({ x, choice }) => mul(x, [0, -0, Infinity, NaN, 1e-30][choice % 5]!)),
  ],
  iota: [
    smooth(({ x }) => (x.rank === 0 ? undefined : add(x, mul(cast(arange(lengthsOf(x).at(-1)!), x.dtype), 0.125)))),
  ],

  neg: [smooth(({ x }) => neg(x)), kinked(({ rawX }) => neg(asInteger(rawX)))],
  abs: [kinked(({ x }) => abs(x)), kinked(({ rawX }) => abs(asInteger(rawX)))],
  sign: [kinked(({ x }) => mul(sign(x), x)), kinked(({ rawX }) => sign(asInteger(rawX))), wild(({ x }) => sign(x))],
  exp: [smooth(({ x }) => exp(mul(x, 0.5))), wild(({ x }) => exp(x))],
  expm1: [smooth(({ x }) => expm1(tanh(x))), wild(({ x }) => expm1(x))],
  log: [smooth(({ x }) => log(add(square(x), 0.5))), wild(({ x }) => log(x))],
  log1p: [smooth(({ x }) => log1p(square(x))), wild(({ x }) => log1p(x))],
  sqrt: [smooth(({ x }) => sqrt(add(square(x), 0.25))), wild(({ x }) => sqrt(x)), wild(({ x }) => sqrt(abs(x)))],
  tanh: [smooth(({ x }) => tanh(x))],
  erf: [smooth(({ x }) => erf(x))],
  atan: [smooth(({ x }) => atan(x))],
  lgamma: [smooth(({ x }) => lgamma(add(square(x), 0.5))), wild(({ x }) => lgamma(x))],
  digamma: [smooth(({ x }) => digamma(add(square(x), 0.5))), wild(({ x }) => digamma(x))],
  sigmoid: [smooth(({ x }) => sigmoid(x))],
  softplus: [smooth(({ x }) => softplus(x))],
  relu: [kinked(({ x }) => relu(x)), kinked(({ rawX }) => relu(asInteger(rawX)))],
  logicalNot: [kinked(({ rawX }) => logicalNot(asCondition(rawX)))],

  add: [smooth(({ x, y }) => add(x, fit(y, x))), integers(add)],
  sub: [smooth(({ x, y }) => sub(fit(y, x), x)), smooth(centred), integers(sub)],
  mul: [
    smooth(({ x, y }) => mul(x, fit(y, x))),
    smooth(({ x, y }) => mul(expandDims(flat(x), 1), fit(y, expandDims(flat(x), 1)))),
    integers(mul),
  ],
  div: [
    smooth(({ x, y }) => div(x, add(square(fit(y, x)), 0.5))),
    smooth(({ x, choice }) => div(x, [2, 3, 255, 0.1][choice % 4]!)),
    wild(({ x, y }) => div(x, fit(y, x))),
  ],
  pow: [
    smooth(({ x, y }) => pow(add(square(x), 0.5), tanh(fit(y, x)))),
    smooth(({ x, choice }) => pow(x, [2, 3, 0, 1, 4][choice % 5]!)),
    wild(({ x, choice }) => pow(x, [-1, -2, 0.5, 1.5][choice % 4]!)),
    wild(({ x, y }) => pow(x, fit(y, x))),
  ],
  maximum: [kinked(({ x, y }) => maximum(x, fit(y, x))), integers(maximum)],
  minimum: [kinked(({ x, y }) => minimum(fit(y, x), x)), integers(minimum)],
  equal: [
    kinked(({ x, y }) => equal(x, fit(y, x))),
    kinked(({ x, choice }) => equal(x, choice / 4 - 1)),
    integers(equal),
  ],
  less: [kinked(({ x, y }) => less(x, fit(y, x))), integers(less)],
  lessEqual: [kinked(({ x, y }) => lessEqual(fit(y, x), x)), integers(lessEqual)],
  logicalAnd: [kinked(({ rawX, rawY }) => logicalAnd(asCondition(rawX), conditionFor(rawX, rawY)))],
  logicalOr: [kinked(({ rawX, rawY }) => logicalOr(conditionFor(rawX, rawY), asCondition(rawX)))],

  where: [
    kinked(({ x, y }) => where(less(x, fit(y, x)), mul(x, 2), y.rank === 0 ? y : 1)),
    kinked(({ rawX, x, y }) => where(asCondition(rawX), fit(y, x), x)),
    kinked(({ rawX, rawY }) => where(conditionFor(rawX, rawY), asInteger(rawX), 7)),
  ],
  cast: [
    kinked(({ x }) => cast(clip(x, -100, 100), "int32")),
    kinked(({ rawX }) => cast(rawX, "bool")),
    kinked(({ rawX }) => cast(asCondition(rawX), "int32")),
    wild(({ x, dtype }) => (dtype === "float64" ? cast(cast(x, "float32"), dtype) : cast(x, "int32"))),
  ],

  sum: [
    smooth(({ x, choice }) => sum(x, axisOf(x, choice))),
    smooth(({ x, choice }) => mean(x, { axis: axisOf(x, choice), keepAxes: true })),
    smooth(({ x, choice }) => variance(x, axisOf(x, choice))),
    smooth(({ x, choice }) => mul(x, sum(x, { axis: axisOf(x, choice), keepAxes: true }))),
    kinked(({ rawX, choice }) => sum(asInteger(rawX), axisOf(rawX, choice))),
    kinked(({ rawX, choice }) => sum(asCondition(rawX), axisOf(rawX, choice))),
  ],
  max: [
    kinked(({ x, choice }) => unlessEmpty(x, () => max(x, axisOf(x, choice)))),
    kinked(({ x, choice }) => unlessEmpty(x, () => min(x, { axis: axisOf(x, choice), keepAxes: true }))),
    kinked(({ x, choice }) => unlessEmpty(x, () => sub(x, max(x, { axis: axisOf(x, choice), keepAxes: true })))),
    kinked(({ rawX, choice }) => unlessEmpty(rawX, () => max(asInteger(rawX), axisOf(rawX, choice)))),
  ],
  argmax: [
    kinked(({ x, choice }) => unlessEmpty(x, () => argmax(x, axisOf(x, choice)))),
    kinked(({ rawX, choice }) => unlessEmpty(rawX, () => argmax(rawX, axisOf(rawX, choice)))),
  ],
  logSumExp: [smooth(({ x, choice }) => logSumExp(x, axisOf(x, choice)))],
  softmax: [smooth(({ x, choice }) => (x.rank === 0 ? undefined : softmax(x, choice % x.rank)))],
  logSoftmax: [smooth(({ x, choice }) => (x.rank === 0 ? undefined : logSoftmax(x, choice % x.rank)))],
  argsort: [
    kinked(({ x, choice }) => (x.rank === 0 ? undefined : sort(x, sortOptions(x, choice)))),
    kinked(({ rawX, choice }) => (rawX.rank === 0 ? undefined : sort(asInteger(rawX), sortOptions(rawX, choice)))),
    kinked(({ rawX, choice }) => (rawX.rank === 0 ? undefined : argsort(rawX, sortOptions(rawX, choice)))),
    kinked(({ x, choice }) => sortedLike(x, choice)),
  ],
  cumsum: [
    smooth(({ x, choice }) =>
      x.rank === 0 ? undefined : cumsum(x, { axis: choice % x.rank, reverse: choice % 2 === 1 }),
    ),
    kinked(({ rawX, choice }) => (rawX.rank === 0 ? undefined : cumsum(asInteger(rawX), { axis: choice % rawX.rank }))),
    kinked(({ rawX, choice }) =>
      rawX.rank === 0 ? undefined : cumsum(asCondition(rawX), { axis: choice % rawX.rank, reverse: true }),
    ),
  ],

  takeAlongAxis: [
    smooth(({ x, choice }) => picked(x, choice)),
    kinked(({ x, rawY, choice }) => pickedByValue(x, rawY, choice)),
    kinked(({ rawX, choice }) => picked(rawX, choice)),
  ],
  scatterAdd: [
    smooth(({ x, choice }) => scattered(x, choice)),
    kinked(({ rawX, choice }) => scattered(asInteger(rawX), choice)),
  ],

  reshape: [
    smooth(({ x }) => flat(x)),
    smooth(({ x }) => (x.rank > 0 && x.size % 2 === 0 ? reshape(x, [2, x.size / 2]) : flat(x))),
    smooth(({ x, choice }) => (x.rank < 3 ? expandDims(x, choice % (x.rank + 1)) : flat(x))),
    kinked(({ rawX }) => flat(rawX)),
  ],
  transpose: [
    smooth(({ x, choice }) => transpose(x, turned(x.rank, choice))),
    kinked(({ rawX, choice }) => transpose(rawX, turned(rawX.rank, choice))),
  ],
  broadcastTo: [
    smooth(({ x, choice }) => (x.rank < 3 ? broadcastTo(x, [2 + (choice % 3), ...x.shape]) : undefined)),
    smooth(({ x, choice }) => (x.rank < 3 && choice % 4 === 0 ? broadcastTo(x, [0, ...x.shape]) : undefined)),
  ],
  slice: [smooth(({ x, choice }) => cut(x, choice)), kinked(({ rawX, choice }) => cut(rawX, choice))],
  pad: [smooth(({ x, choice }) => padded(x, choice)), kinked(({ rawX, choice }) => padded(rawX, choice))],
  concat: [
    smooth(({ x, choice }) => (x.rank === 0 ? undefined : concat([x, neg(x)], choice % x.rank))),
    kinked(({ rawX, choice }) => (rawX.rank === 0 ? undefined : concat([rawX, rawX, rawX], choice % rawX.rank))),
  ],

  matmul: [
    smooth(({ x }) => mul(matmul(rowsOf(x), transpose(rowsOf(x))), 1 / Math.max(1, lengthsOf(x).at(-1) ?? 1))),
    smooth(({ x }) => mul(matmul(transpose(rowsOf(x)), rowsOf(x)), 1 / Math.max(1, lengthsOf(rowsOf(x))[0]!))),
    smooth(({ x, y }) =>
      rowsOf(x).shape[1] === rowsOf(y).shape[1] ? matmul(rowsOf(x), transpose(rowsOf(y))) : undefined,
    ),
    smooth(({ x }) =>
      x.rank < 3 ? undefined : matmul(x, transpose(x, [...x.shape.keys()].with(-1, x.rank - 2).with(-2, x.rank - 1))),
    ),
    smooth(({ x }) => (x.rank === 2 ? einsum("ij,kj->k", x, tanh(x)) : undefined)),
  ],

  scan: [
    smooth(({ x, choice }) => scanned(x, choice)),
    smooth(({ x, y, choice }) => weighted(x, y, choice)),
    kinked(({ rawX, choice }) => counted(rawX, choice)),
  ],
};

/** The operations used in random graphs. */
export const madeOperations: readonly MadeOperation[] = Object.keys(makers) as MadeOperation[];

function smooth(make: Maker["make"]): Maker {
  return { make, smooth: true };
}

function kinked(make: Maker["make"]): Maker {
  return { make };
}

function wild(make: Maker["make"]): Maker {
  return { make, wild: true };
}

/** The operation on integers. */
function integers(operation: (x: Tensor, y: Tensor) => Tensor): Maker {
  return kinked(({ rawX, rawY }) => {
    const x = asInteger(rawX);
    return operation(x, fit(asInteger(rawY), x));
  });
}

function centred({ x, choice }: Hand): Tensor {
  return sub(x, mean(x, { axis: axisOf(x, choice), keepAxes: true }));
}

function conditionFor(x: Tensor, y: Tensor): Tensor {
  return asCondition(fit(asFloat(y, "float32"), x));
}

function unlessEmpty(x: Tensor, make: () => Tensor): Tensor | undefined {
  return x.size === 0 ? undefined : make();
}

function constantLike(shape: readonly number[], dtype: DType, seed: number) {
  return arrayOf(
    sample(
      shape.reduce((left, right) => left * right, 1),
      seed,
    ),
    shape,
    dtype,
  );
}

/** The tensor without the first or the last element along an axis longer than one. */
function cut(x: Tensor, choice: number): Tensor | undefined {
  const axis = lengthsOf(x).findIndex((length) => length > 1);
  if (axis === -1) return undefined;
  const starts = lengthsOf(x).map((_, index) => (index === axis ? choice % 2 : 0));
  const stops = lengthsOf(x).map((length, index) => (index === axis ? length - 1 + (choice % 2) : length));
  return slice(x, starts, stops);
}

function padded(x: Tensor, choice: number): Tensor | undefined {
  if (x.size > 200) return undefined;
  return pad(
    x,
    x.shape.map((_, axis) => (axis + choice) % 2),
    x.shape.map((_, axis) => (axis + choice) % 3),
  );
}

function sortOptions(x: Tensor, choice: number): { axis: number; descending: boolean } {
  return { axis: choice % x.rank, descending: choice % 2 === 1 };
}

/** What is computed from the elements, in the order of the elements. */
function sortedLike(x: Tensor, choice: number): Tensor | undefined {
  if (x.rank === 0) return undefined;
  const { axis, descending } = sortOptions(x, choice);
  return takeAlongAxis(square(x), argsort(x, { axis, descending }), axis);
}

/** Two elements along an axis, perhaps the same one twice. */
function picked(x: Tensor, choice: number): Tensor | undefined {
  if (x.rank === 0 || x.size === 0) return undefined;
  const axis = choice % x.rank;
  const length = lengthsOf(x)[axis]!;
  const places = [choice % length, (choice * 5 + 2) % length];
  const indices = reshape(
    new Int32Array(places),
    x.shape.map((_, index) => (index === axis ? 2 : 1)),
  );
  return takeAlongAxis(x, indices, axis);
}

/** Elements along an axis, at computed indices. */
function pickedByValue(x: Tensor, y: Tensor, choice: number): Tensor | undefined {
  if (x.rank === 0 || x.size === 0) return undefined;
  const axis = choice % x.rank;
  const indices = clip(abs(spreadTo(asInteger(y), x)), 0, lengthsOf(x)[axis]! - 1);
  return takeAlongAxis(x, indices, axis);
}

/** Steps are also unrolled: more would make graphs that take long to compile. */
const mostScanned = 5;

/** A carry that forgets, along the first axis: the last one, or all of them. */
function scanned(x: Tensor, choice: number): Tensor | undefined {
  if (x.rank === 0 || lengthsOf(x)[0]! > mostScanned) return undefined;
  const [final, outputs] = scan(
    (carry, slice) => [tanh(add(mul(carry, 0.5), slice)), add(carry, square(slice))],
    zeros(x.shape.slice(1), x.dtype),
    x,
    { reverse: choice % 2 === 1 },
  );
  return choice % 3 === 0 ? final : outputs;
}

/** Two carries, one of them of another tensor, and a tensor that no step changes. */
function weighted(x: Tensor, y: Tensor, choice: number): Tensor | undefined {
  if (x.rank === 0 || lengthsOf(x)[0]! > mostScanned) return undefined;
  const weights = sigmoid(fit(y, x));
  const [{ total }, { sums }] = scan(
    ({ total: before, other }, slice) => {
      const next = add(mul(before, 0.25), mul(slice, mean(mul(weights, 0.5))));
      return [{ total: next, other: add(mul(other, 0.5), mean(next)) }, { sums: sub(other, next) }];
    },
    { total: zeros(x.shape.slice(1), x.dtype), other: mean(tanh(y)) },
    x,
    { reverse: choice % 2 === 1 },
  );
  return choice % 3 === 0 ? total : sums;
}

/** How many elements have not been 0 so far, along the first axis. */
function counted(x: Tensor, choice: number): Tensor | undefined {
  if (x.rank === 0 || lengthsOf(x)[0]! > mostScanned) return undefined;
  const [count, seen] = scan(
    (before, slice) => [add(before, asInteger(slice)), logicalAnd(slice, less(before, 3))],
    zeros(x.shape.slice(1), "int32"),
    asCondition(x),
    { reverse: choice % 2 === 1 },
  );
  return choice % 3 === 0 ? count : seen;
}

/** The elements summed at a few places along an axis. */
function scattered(x: Tensor, choice: number): Tensor | undefined {
  if (x.rank === 0 || x.size === 0) return undefined;
  const axis = choice % x.rank;
  const length = lengthsOf(x)[axis]!;
  const size = 1 + (choice % 4);
  const places = Int32Array.from({ length }, (_, index) => (index * 3 + choice) % size);
  const along = reshape(
    places,
    x.shape.map((_, index) => (index === axis ? length : 1)),
  );
  const shape = x.shape.map((old, index) => (index === axis ? size : old));
  return new Tensor("scatterAdd", [x, broadcastTo(along, x.shape)], { axis, size }, shape, x.dtype);
}
