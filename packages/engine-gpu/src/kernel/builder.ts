/** What is known while a kernel is built? The scopes of its loops, the names in them, and the textures that it reads. */
import { EngineError } from "@symloss/core/engine";
import { type Expression, type Name, integer, number } from "./expression.ts";
import { type Index, type Position, depthOf, expressionOf, largestStep } from "./index-expression.ts";
import type { Place, TextureShape } from "./layout.ts";
import type { KernelNode } from "./node.ts";
import { type Numbering, makeNumbering } from "./numbering.ts";
import type { Reducer, Statement } from "./statement.ts";
import { type ThreadMapping, threadsOf } from "./thread-mapping.ts";

/** What a kernel is made of. */
export interface KernelRequest extends ThreadMapping {
  /** All of one size. */
  readonly roots: readonly KernelNode[];
  readonly output: TextureShape;
  /** Elements that an index can tell apart. */
  readonly indices: number;
  /** Where a node is read; undefined: it is computed here. `times` is how often that would be, all threads together. */
  place(node: KernelNode, times: number, inLoop: boolean): Place | undefined;
}

/** A kernel so far. */
export interface KernelBuilder {
  readonly request: KernelRequest;
  readonly threads: number;
  readonly numberOf: Numbering;
  /** That of the whole kernel, then those of the loops around what is computed now, the innermost last. */
  readonly scopes: Scope[];
  /** Those of its arguments, in order. */
  readonly textures: number[];
  readonly positionKeys: Map<Position, string>;
  /** Names that were given. */
  names: number;
  hasLoops: boolean;
  /** What the node holds at each of these positions. */
  readonly evaluate: Evaluate;
}

/** Says what a node holds at each of the positions, and computes what is not known yet. */
export type Evaluate = (builder: KernelBuilder, node: KernelNode, positions: readonly Position[]) => Expression[];

/** What a loop does each turn, or the kernel itself. */
export interface Scope {
  readonly statements: Statement[];
  /** What is known in it, by a key that tells what it is. */
  readonly known: Map<string, Expression>;
  /** How often it runs in a thread. */
  readonly turns: number;
}

/** A kernel that does nothing yet. */
export function startKernel(request: KernelRequest, evaluate: Evaluate): KernelBuilder {
  return {
    request,
    threads: threadsOf(request.roots[0]!.size, request),
    numberOf: makeNumbering(),
    scopes: [makeScope(1)],
    textures: [],
    positionKeys: new Map(),
    names: 0,
    hasLoops: false,
    evaluate,
  };
}

export function makeScope(turns: number): Scope {
  return { statements: [], known: new Map(), turns };
}

/** A name that nothing else has. */
export function newName(builder: KernelBuilder, letter: Name["letter"]): Name {
  return { kind: "name", letter, number: builder.names++ };
}

/** The name of what this computes, known from the loop of this depth on; `apart` tells it from what reads alike. */
export function define(
  builder: KernelBuilder,
  letter: "t" | "v",
  expression: Expression,
  { depth, cost, apart = "" }: { readonly depth: number; readonly cost: number; readonly apart?: number | "" },
): Expression {
  const { statements, known } = builder.scopes[depth]!;
  const key = `${builder.numberOf(expression)}#${apart}`;
  const same = known.get(key);
  if (same !== undefined) return same;
  const name = newName(builder, letter);
  statements.push({ kind: "definition", name, expression, cost });
  known.set(key, name);
  return name;
}

/** The index as the kernel computes it. Throws `EngineError` if the shader's integers can't hold it: it would wrap, and the results be wrong. */
export function indexIn({ request: { indices } }: KernelBuilder, index: Index): Expression {
  const needed = largestStep(index) + 1;
  if (needed <= indices) return expressionOf(index);
  throw new EngineError(
    `compile: a kernel must count no more than ${indices} elements on this device, got ${needed}. Reduce one axis after the other, or use smaller batches.`,
  );
}

/** The argument that is this texture. */
export function argumentOf({ textures }: KernelBuilder, texture: number): Name {
  let index = textures.indexOf(texture);
  if (index === -1) index = textures.push(texture) - 1;
  return { kind: "name", letter: "a", number: index };
}

/** A text that two positions share just if they are the same. */
export function positionKey({ numberOf, positionKeys }: KernelBuilder, position: Position): string {
  let key = positionKeys.get(position);
  if (key === undefined) {
    key = position.map((index) => numberOf(expressionOf(index))).join();
    positionKeys.set(position, key);
  }
  return key;
}

/** In how many loops the position is known. */
export function depthAt(position: Position): number {
  return position.reduce((depth, index) => Math.max(depth, depthOf(index)), 0);
}

export const zero: Expression = integer(0);

/** What a reduction of nothing gives. */
export const identities: Readonly<Record<Reducer, Expression>> = { sum: zero, max: number(-Infinity) };
