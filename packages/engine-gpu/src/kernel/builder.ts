/** What is known while a kernel is being built? The scopes of its loops, the names defined in them, and the textures it reads. */
import { EngineError } from "@symloss/core/engine";
import { type Expression, type Name, integer, number } from "./expression.ts";
import { type Index, type Position, depthOf, expressionOf, largestStep } from "./index-expression.ts";
import type { Place, TextureShape } from "./layout.ts";
import type { KernelNode } from "./node.ts";
import { type Numbering, makeNumbering } from "./numbering.ts";
import type { Reducer, Statement } from "./statement.ts";
import { type ThreadMapping, threadsOf } from "./thread-mapping.ts";

/** What a kernel is built from. */
export interface KernelRequest extends ThreadMapping {
  /** All of one size. */
  readonly roots: readonly KernelNode[];
  readonly output: TextureShape;
  /** How many elements an index can distinguish. */
  readonly indices: number;
  /** Where a node is read from; undefined if it is computed here, `times` times over all threads. */
  place(node: KernelNode, times: number, inLoop: boolean): Place | undefined;
}

/** A kernel under construction. */
export interface KernelBuilder {
  readonly request: KernelRequest;
  readonly threads: number;
  readonly numberOf: Numbering;
  /** The scope of the whole kernel, then those of the loops around the current computation, the innermost last. */
  readonly scopes: Scope[];
  /** The textures of its arguments, in order. */
  readonly textures: number[];
  readonly positionKeys: Map<Position, string>;
  /** How many names have been given out. */
  names: number;
  hasLoops: boolean;
  /** Computes nodes, or finds that they are known. */
  readonly evaluate: Evaluate;
}

/** Returns a node's element at each of the positions, computing those that are not known yet. */
export type Evaluate = (builder: KernelBuilder, node: KernelNode, positions: readonly Position[]) => Expression[];

/** The body of a loop, or of the kernel itself. */
export interface Scope {
  readonly statements: Statement[];
  /** What is known in it, by a key that identifies it. */
  readonly known: Map<string, Expression>;
  /** How often it runs in a thread. */
  readonly turns: number;
}

/** An empty kernel. */
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

/** A fresh name. */
export function newName(builder: KernelBuilder, letter: Name["letter"]): Name {
  return { kind: "name", letter, number: builder.names++ };
}

/** The name of this value, defined in the loop at this depth; `apart` distinguishes it from values with the same expression. */
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

/**
 * The index as the kernel computes it. Throws `EngineError` if it exceeds the shader's integers: it would wrap, and results would be
 * wrong.
 */
export function indexIn({ request: { indices } }: KernelBuilder, index: Index): Expression {
  const needed = largestStep(index) + 1;
  if (needed <= indices) return expressionOf(index);
  throw new EngineError(
    `compile: a kernel must index at most ${indices} elements on this device, got ${needed}. Reduce one axis at a time, or use smaller batches.`,
  );
}

/** The argument for this texture. */
export function argumentOf({ textures }: KernelBuilder, texture: number): Name {
  let index = textures.indexOf(texture);
  if (index === -1) index = textures.push(texture) - 1;
  return { kind: "name", letter: "a", number: index };
}

/** A string that is equal for two positions exactly if they are the same. */
export function positionKey({ numberOf, positionKeys }: KernelBuilder, position: Position): string {
  let key = positionKeys.get(position);
  if (key === undefined) {
    key = position.map((index) => numberOf(expressionOf(index))).join();
    positionKeys.set(position, key);
  }
  return key;
}

/** The depth of the loops in which the position is known. */
export function depthAt(position: Position): number {
  return position.reduce((depth, index) => Math.max(depth, depthOf(index)), 0);
}

export const zero: Expression = integer(0);

/** The result of a reduction of no elements. */
export const identities: Readonly<Record<Reducer, Expression>> = { sum: zero, max: number(-Infinity) };
