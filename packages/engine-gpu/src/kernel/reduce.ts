/** How does a kernel reduce? In one loop for all positions, several elements an iteration, long sums in blocks. */
import { type KernelBuilder, type Scope, depthAt, identities, indexIn, makeScope, newName } from "./builder.ts";
import { type Expression, type Name, binary, call, integer, less } from "./expression.ts";
import { type Index, type Position, combine, constantIndex, indexOf, makeVariable, shift } from "./index-expression.ts";
import { type PartialNode, type ReduceNode, insertAxes, reducedLength, reducedPosition } from "./node.ts";
import type { Reducer } from "./statement.ts";

/** The number of elements from which the loop of a single reduction reads two texels an iteration. */
const longLoop = 512;

/** How many terms are summed in sequence; longer sums are summed in blocks, so that rounding errors stay small. */
const blockLength = 32;

/** A reduction at some positions, and the shape of its loops. */
interface Reduction {
  readonly node: ReduceNode | PartialNode;
  readonly positions: readonly Position[];
  /** How many elements each result would combine if it were not split into parts. */
  readonly length: number;
  /** How many elements a thread combines for each position. */
  readonly chunk: number;
  /** How many of them an iteration combines. */
  readonly step: number;
  readonly turns: number;
  /** Iterations in a block; undefined if all iterations form one loop. */
  readonly block: number | undefined;
}

/**
 * The sums, or largest elements, of a node at each of these positions, placed in the loop they belong to, not the one where they are
 * used.
 */
export function reduce(
  builder: KernelBuilder,
  node: ReduceNode | PartialNode,
  positions: readonly Position[],
): Expression[] {
  builder.hasLoops = true;
  const depth = Math.max(...positions.map(depthAt));
  const inner = builder.scopes.splice(depth + 1);
  const outer = builder.scopes[depth]!;
  const reduction = describeReduction(node, positions, builder.request.unroll);
  const accumulators = positions.map(() => newName(builder, "s"));
  accumulate(outer, accumulators, node.reducer);
  if (reduction.block === undefined) {
    loop(builder, reduction.turns, outer, (scope, number) => turn(builder, reduction, scope, number, accumulators));
  } else {
    sumBlocks(builder, reduction, reduction.block, outer, accumulators);
  }
  builder.scopes.push(...inner);
  return accumulators;
}

function describeReduction(node: ReduceNode | PartialNode, positions: readonly Position[], unroll: 1 | 4): Reduction {
  const length = reducedLength(node.inputs[0]!, node.axes);
  const chunk = node.kind === "partial" ? node.chunk : length;
  const divides = (step: number): boolean => chunk % step === 0 && length % step === 0;
  const isLong = positions.length === 1 && chunk >= longLoop && divides(8);
  const step = unroll === 4 && divides(4) ? (isLong ? 8 : 4) : 1;
  const turns = chunk / step;
  const block = node.reducer === "sum" && turns > 2 * blockLength ? blockOf(turns) : undefined;
  return { node, positions, length, chunk, step, turns, block };
}

/** A block size that divides the number of iterations, if there is one. */
function blockOf(turns: number): number {
  for (let block = blockLength; block >= blockLength / 2; block--) if (turns % block === 0) return block;
  return blockLength;
}

function accumulate({ statements }: Scope, names: readonly Name[], reducer: Reducer): void {
  for (const name of names) statements.push({ kind: "accumulator", name, initial: identities[reducer] });
}

/** Adds a loop to the parent; `body` fills it, and returns the condition under which an iteration runs. */
function loop(
  builder: KernelBuilder,
  count: number,
  parent: Scope,
  body: (scope: Scope, number: Index) => Expression | undefined,
): void {
  const variable = newName(builder, "i");
  const number = indexOf(makeVariable(variable, count, builder.scopes.length));
  const scope = makeScope(parent.turns * count);
  builder.scopes.push(scope);
  const condition = body(scope, number);
  builder.scopes.pop();
  parent.statements.push({ kind: "loop", variable, count, condition, body: scope.statements });
}

/** One loop over blocks, each summed separately; elements left over come last. */
function sumBlocks(
  builder: KernelBuilder,
  reduction: Reduction,
  block: number,
  outer: Scope,
  accumulators: readonly Name[],
): void {
  const { turns } = reduction;
  const parts = accumulators.map(() => newName(builder, "s"));
  const rest = turns % block;
  const sumBlock = (scope: Scope, count: number, first: Index): undefined => {
    accumulate(scope, parts, "sum");
    loop(builder, count, scope, (innermost, within) => {
      const number = combine([
        [first, block],
        [within, 1],
      ]);
      return turn(builder, reduction, innermost, number, parts);
    });
    for (const [index, name] of accumulators.entries()) {
      scope.statements.push({ kind: "update", name, reducer: "sum", term: parts[index]!, cost: 1 });
    }
  };
  loop(builder, (turns - rest) / block, outer, (scope, number) => sumBlock(scope, block, number));
  if (rest > 0) loop(builder, 1, outer, (scope) => sumBlock(scope, rest, constantIndex((turns - rest) / block)));
}

/** One iteration: a step's elements for each position. Returns the condition under which it runs. */
function turn(
  builder: KernelBuilder,
  reduction: Reduction,
  scope: Scope,
  number: Index,
  into: readonly Name[],
): Expression | undefined {
  const { node, positions, length, chunk, step } = reduction;
  const { reducer } = node;
  const numbers = positions.map((position) => firstNumber(reduction, position, number));
  const terms = builder.evaluate(
    builder,
    node.inputs[0]!,
    positions.flatMap((position, index) => stepPositions(reduction, position, numbers[index]!)),
  );
  const isUneven = node.kind === "partial" && length % chunk !== 0;
  const bounds = isUneven ? numbers.map((first) => indexIn(builder, first)) : [];
  const isShared = isUneven && bounds.every((bound) => builder.numberOf(bound) === builder.numberOf(bounds[0]!));
  for (const [index, name] of into.entries()) {
    const joined = inPairs(reducer, terms.slice(index * step, (index + 1) * step));
    const isBelow = (): Expression => call("isBelow", bounds[index]!, integer(length));
    const term = isUneven && !isShared ? call("choose", isBelow(), joined, identities[reducer]) : joined;
    scope.statements.push({ kind: "update", name, reducer, term, cost: step });
  }
  return isShared ? less(bounds[0]!, integer(length)) : undefined;
}

/** The row-major index of an iteration's first element along the reduced axes. */
function firstNumber({ node, chunk, step }: Reduction, position: Position, number: Index): Index {
  if (node.kind === "reduce") return combine([[number, step]]);
  return combine([
    [position[0]!, chunk],
    [number, step],
  ]);
}

/** Where an iteration reads the operand. */
function stepPositions({ node, step }: Reduction, position: Position, first: Index): Position[] {
  const outer = node.kind === "partial" ? position.slice(1) : position;
  return Array.from({ length: step }, (_, lane) =>
    insertAxes(outer, node.axes, reducedPosition(node.inputs[0]!, node.axes, shift(first, lane))),
  );
}

/** In pairs, so that a sum of four rounds twice. */
function inPairs(reducer: Reducer, terms: readonly Expression[]): Expression {
  if (terms.length === 1) return terms[0]!;
  const half = terms.length / 2;
  const [left, right] = [inPairs(reducer, terms.slice(0, half)), inPairs(reducer, terms.slice(half))];
  return reducer === "sum" ? binary("+", left, right) : call("Math.max", left, right);
}
