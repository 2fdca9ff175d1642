/** How does a kernel compute a node's elements at some positions? A row for each kind of node. */
import { type KernelBuilder, type Scope, define, depthAt, indexIn, positionKey, zero } from "./builder.ts";
import { type Expression, call, integer, number, product } from "./expression.ts";
import { type Formula, where } from "./formulas.ts";
import { type Position, indexOf, makeVariable, shift } from "./index-expression.ts";
import type { Place } from "./layout.ts";
import type { ConcatNode, KernelNode, MapNode, PadNode } from "./node.ts";
import { readElement } from "./read.ts";
import { reduce } from "./reduce.ts";

/** The node's element at each of these positions: read if it has a place, otherwise computed, once for each distinct position. */
export function evaluate(builder: KernelBuilder, node: KernelNode, positions: readonly Position[]): Expression[] {
  if (node.kind === "view") return evaluate(builder, node.inputs[0]!, positions.map(node.source));
  if (node.kind === "literal") return positions.map(() => number(node.value));
  const distinct = distinctPositions(builder, node, positions);
  const place = placeOf(builder, node, distinct);
  if (place !== undefined) return positions.map((position) => readElement(builder, place, node, position));
  const scopeAt = (position: Position): Scope => builder.scopes[depthAt(position)]!;
  const unknown = [...distinct].filter(([key, position]) => !scopeAt(position).known.has(key));
  if (unknown.length > 0) {
    const results = compute(
      builder,
      node,
      unknown.map(([, position]) => position),
    );
    for (const [index, [key, position]] of unknown.entries()) scopeAt(position).known.set(key, results[index]!);
  }
  return positions.map((position) => scopeAt(position).known.get(keyOf(builder, node, position))!);
}

function keyOf(builder: KernelBuilder, node: KernelNode, position: Position): string {
  return `${node.id}@${positionKey(builder, position)}`;
}

function distinctPositions(
  builder: KernelBuilder,
  node: KernelNode,
  positions: readonly Position[],
): Map<string, Position> {
  return new Map(positions.map((position) => [keyOf(builder, node, position), position]));
}

function placeOf(
  { request, threads, scopes }: KernelBuilder,
  node: KernelNode,
  distinct: ReadonlyMap<string, Position>,
): Place | undefined {
  const depth = Math.max(...[...distinct.values()].map(depthAt));
  return request.place(node, threads * distinct.size * scopes[depth]!.turns, depth > 0);
}

/** What has elements of its own. */
type Computed = Exclude<KernelNode, { readonly kind: "literal" | "view" }>;
type Kind = Computed["kind"];
type NodeOf<K extends Kind> = Extract<KernelNode, { readonly kind: K }>;
type Row<K extends Kind> = (builder: KernelBuilder, node: NodeOf<K>, positions: readonly Position[]) => Expression[];

function compute(builder: KernelBuilder, node: Computed, positions: readonly Position[]): Expression[] {
  return (rows[node.kind] as Row<Computed["kind"]>)(builder, node as never, positions);
}

const rows: { readonly [K in Computed["kind"]]: Row<K> } = {
  source: (_, { slot }) => {
    throw new TypeError(`kernel: source ${slot} must have a place.`);
  },
  iota: (builder, node, positions) =>
    positions.map((position) => result(builder, node, position, 1, call("toNumber", indexIn(builder, position[0]!)))),
  map(builder, node, positions) {
    const { inputs, express, cost } = fuseChoice(builder, node, positions);
    const operands = inputs.map((input) => evaluate(builder, input, positions));
    return positions.map((position, index) =>
      result(builder, node, position, cost, express(...operands.map((names) => names[index]!))),
    );
  },
  gather(builder, { inputs, axis }, positions) {
    const [x, indices] = inputs as [KernelNode, KernelNode];
    const length = x.shape[axis]!;
    const numbers = evaluate(builder, indices, positions);
    const gathered = positions.map((position, index) => {
      const clamped = call("toIndex", numbers[index]!, integer(length));
      return position.with(axis, indexOf(makeVariable(clamped, length, depthAt(position))));
    });
    return evaluate(builder, x, gathered);
  },
  stored: (builder, { inputs: [x] }, positions) => evaluate(builder, x!, positions),
  pad(builder, node, positions) {
    const moved = positions.map((position) => position.map((index, axis) => shift(index, -node.before[axis]!)));
    const inner = evaluate(builder, node.inputs[0]!, moved);
    return positions.map((position, index) => {
      const conditions = conditionsWithin(builder, node, position);
      if (conditions.length === 0) return inner[index]!;
      const chosen = call("choose", product(conditions), inner[index]!, zero);
      return result(builder, node, position, 2 * conditions.length, chosen);
    });
  },
  concat(builder, node, positions) {
    const { inputs, axis } = node;
    const ends = endsOf(node);
    const parts = inputs.map((input, part) =>
      evaluate(
        builder,
        input,
        positions.map((position) => position.with(axis, shift(position[axis]!, -(ends[part - 1] ?? 0)))),
      ),
    );
    return positions.map((position, index) => {
      const along = indexIn(builder, position[axis]!);
      const chosen = parts.reduceRight<Expression | undefined>((rest, elements, part) => {
        if (rest === undefined) return elements[index]!;
        return call("choose", call("isBelow", along, integer(ends[part]!)), elements[index]!, rest);
      }, undefined);
      return result(builder, node, position, 2 * inputs.length, chosen!);
    });
  },
  reduce,
  partial: reduce,
};

function result(
  builder: KernelBuilder,
  { id }: KernelNode,
  position: Position,
  cost: number,
  expression: Expression,
): Expression {
  return define(builder, "v", expression, { depth: depthAt(position), cost, apart: id });
}

/** A formula and its operands. */
interface Applied extends Pick<Formula, "express" | "cost"> {
  readonly inputs: readonly KernelNode[];
}

/** A choice whose comparison has no texture is computed in one step with it. */
function fuseChoice(builder: KernelBuilder, { formula, inputs }: MapNode, positions: readonly Position[]): Applied {
  const [condition, ...rest] = inputs;
  const choose = formula === where && condition!.kind === "map" ? condition!.formula.choose : undefined;
  const isComputed = (): boolean =>
    placeOf(builder, condition!, distinctPositions(builder, condition!, positions)) === undefined;
  if (choose === undefined || !isComputed()) return { ...formula, inputs };
  return { express: choose, cost: formula.cost, inputs: [...condition!.inputs, ...rest] };
}

/** The conditions for a position to be within the padded operand. */
function conditionsWithin(builder: KernelBuilder, { inputs, before, shape }: PadNode, position: Position) {
  return position.flatMap((along, axis) => {
    const [from, length] = [before[axis]!, inputs[0]!.shape[axis]!];
    if (length === shape[axis]!) return [];
    return [call("isWithin", indexIn(builder, along), integer(from), integer(from + length))];
  });
}

/** Where each operand ends along the axis. */
function endsOf({ inputs, axis }: ConcatNode): number[] {
  const ends: number[] = [];
  for (const input of inputs) ends.push((ends.at(-1) ?? 0) + input.shape[axis]!);
  return ends;
}
