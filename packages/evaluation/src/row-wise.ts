/** Is what a graph computes of a row that row's alone? Proved from the graph: no operation may join what belongs to different rows. */
import { OutOfRangeError, ShapeError, type Tensor } from "@symloss/core";
import {
  type AnyOperation,
  type Graph,
  type NodeOf,
  type Shape,
  nodesWithin,
  operationFacts,
} from "@symloss/core/engine";

/** The name of the length that is the number of rows. */
export const rowsName = "rows";

/** What an operation does that joins rows; undefined if it keeps them apart. */
type Fault = string | undefined;
type Rule<O extends AnyOperation> = (node: NodeOf<O>) => Fault;

const apart = (): Fault => undefined;

function isRows(shape: Shape, axis: number): boolean {
  return shape[axis] === rowsName;
}

function along(does: string, node: { readonly inputs: readonly Tensor[] }, axes: readonly number[]): Fault {
  return axes.some((axis) => isRows(node.inputs[0]!.shape, axis)) ? does : undefined;
}

const alongAxis =
  (does: string) =>
  (node: { readonly inputs: readonly Tensor[]; readonly attributes: { readonly axis: number } }): Fault =>
    along(does, node, [node.attributes.axis]);

const alongAxes =
  (does: string) =>
  (node: { readonly inputs: readonly Tensor[]; readonly attributes: { readonly axes: readonly number[] } }): Fault =>
    along(does, node, node.attributes.axes);

/** What each operation may do to rows. Elementwise operations have operands of one shape, and so keep them apart. */
const rules: { readonly [O in AnyOperation]: Rule<O> } = {
  input: apart,
  constant: apart,
  iota: ({ attributes: { size } }) => ((size as number | string) === rowsName ? "counts rows" : undefined),
  dimensionSize: alongAxes("asks how many rows there are"),

  neg: apart,
  abs: apart,
  sign: apart,
  exp: apart,
  expm1: apart,
  log: apart,
  log1p: apart,
  sqrt: apart,
  tanh: apart,
  erf: apart,
  atan: apart,
  lgamma: apart,
  digamma: apart,
  sigmoid: apart,
  softplus: apart,
  relu: apart,
  logicalNot: apart,
  add: apart,
  sub: apart,
  mul: apart,
  div: apart,
  pow: apart,
  maximum: apart,
  minimum: apart,
  equal: apart,
  less: apart,
  lessEqual: apart,
  logicalAnd: apart,
  logicalOr: apart,
  where: apart,
  cast: apart,

  sum: alongAxes("adds up rows"),
  max: alongAxes("takes the largest of all rows"),
  argmax: alongAxis("finds the largest of all rows"),
  logSumExp: alongAxis("adds up rows"),
  softmax: alongAxis("compares rows"),
  logSoftmax: alongAxis("compares rows"),
  argsort: alongAxis("orders rows"),
  cumsum: alongAxis("adds up rows"),

  takeAlongAxis: alongAxis("takes rows by their numbers"),
  scatterAdd: (node) =>
    isRows(node.shape, node.attributes.axis) || isRows(node.inputs[0]!.shape, node.attributes.axis)
      ? "adds to rows by their numbers"
      : undefined,

  reshape: ({ inputs: [x], shape }) => (keepsRows(x!.shape, shape) ? undefined : "mixes rows with another axis"),
  transpose: apart,
  broadcastTo: apart,
  slice: ({ inputs: [x], attributes: { starts, stops } }) =>
    x!.shape.some((_, axis) => isRows(x!.shape, axis) && (starts[axis] !== 0 || stops[axis] !== rowsName))
      ? "takes some of the rows"
      : undefined,
  pad: ({ inputs: [x], attributes: { before, after } }) =>
    x!.shape.some((_, axis) => isRows(x!.shape, axis) && (before[axis] !== 0 || after[axis] !== 0))
      ? "adds rows"
      : undefined,
  concat: ({ inputs, attributes: { axis } }) =>
    inputs.some(({ shape }) => isRows(shape, axis)) ? "puts rows behind rows" : undefined,

  matmul: ({ inputs: [left] }) => (isRows(left!.shape, left!.rank - 1) ? "adds up products of rows" : undefined),

  scan: ({ inputs, attributes: { length, carries, sequences } }) =>
    (length as number | string) === rowsName ||
    inputs.slice(carries, carries + sequences).some(({ shape }) => isRows(shape, 0))
      ? "goes from row to row"
      : undefined,

  identity: apart,
  stopGradient: apart,
  check: apart,
  customGradient: apart,
};

/** Whether rows stay what they were: as many elements stand before and after them. */
function keepsRows(before: Shape, after: Shape): boolean {
  const split = (shape: Shape): string => {
    const axis = shape.indexOf(rowsName);
    const product = (part: Shape): number => part.reduce<number>((size, length) => size * Number(length), 1);
    return axis === -1 ? "none" : `${product(shape.slice(0, axis))} ${product(shape.slice(axis + 1))}`;
  };
  return split(before) === split(after);
}

/**
 * Throws `OutOfRangeError`, naming the operation, if it joins rows, and `ShapeError` if a result has not one number for each row. The first
 * length of each input that has rows is named `rowsName`.
 */
export function requireRowWise(caller: string, graph: Graph, names: readonly string[]): void {
  for (const node of nodesWithin(graph)) {
    const rule = rules[node.operation] as (given: Tensor) => Fault;
    const twice = node.shape.filter((length) => length === rowsName).length > 1;
    const fault = twice ? "compares each row with each other" : rule(node);
    if (fault === undefined) continue;
    throw new OutOfRangeError(
      `${caller}: what is computed of a row must depend on that row alone, got ${nameOf(node)} of ${node}, which ${fault}. ` +
        "Statistics take what each row has; means and sums over rows are theirs.",
    );
  }
  for (const [index, { shape }] of graph.outputs.entries()) {
    if (shape.length === 1 && shape[0] === rowsName) continue;
    throw new ShapeError(
      `${caller}: ${names[index]!} must have one number for each row, got [${shape.join(",")}], which does not depend on the columns.`,
    );
  }
}

function nameOf({ operation }: Tensor): string {
  return operation in operationFacts ? operation : `the annotation ${operation}`;
}
