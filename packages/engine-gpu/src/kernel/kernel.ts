/**
 * What is a kernel? Each thread computes its elements from the arrays it reads, in literal loops; it is built, scheduled and priced as
 * data.
 */
import { type KernelBuilder, type KernelRequest, startKernel, zero } from "./builder.ts";
import { evaluate } from "./evaluate.ts";
import { type Expression, call, scaled, sumOf } from "./expression.ts";
import { type Index, combine, indexOf, makeVariable, unflatten } from "./index-expression.ts";
import { type TextureShape, lanes } from "./layout.ts";
import type { Printable } from "./print.ts";
import { schedule } from "./schedule.ts";
import { type Price, priceOf } from "./statement.ts";

/** A kernel, and what is known about it. */
export interface Kernel extends Printable {
  /** The textures of its arguments. */
  readonly textures: readonly number[];
  readonly hasLoops: boolean;
  /** What a thread does. */
  readonly price: Price;
  readonly threads: number;
}

/** The kernel that computes the roots. Throws `EngineError` if an index would exceed the shader's integers. */
export function buildKernel(request: KernelRequest): Kernel {
  const builder = startKernel(request, evaluate);
  const outputs = texelsOf(builder);
  const { statements, rename } = schedule(builder.scopes[0]!.statements, builder.numberOf);
  return {
    statements,
    outputs: outputs.map((texel) => texel.map(rename)),
    textures: builder.textures,
    hasLoops: builder.hasLoops,
    price: priceOf(statements),
    threads: builder.threads,
  };
}

/** The texels that a thread fills, one for each texture. */
function texelsOf(builder: KernelBuilder): Expression[][] {
  const { request, threads } = builder;
  const { roots, output, packed, parts } = request;
  const thread = threadIndex(output, threads);
  if (!packed) {
    return [texelOf(roots.flatMap((root) => evaluate(builder, root, [unflatten(thread, root.shape)])))];
  }
  const { size } = roots[0]!;
  return roots.flatMap((root) => {
    const positions = Array.from({ length: parts * Math.min(lanes, size) }, (_, index) => {
      const part = Math.floor(index / lanes);
      return unflatten(combine([[thread, lanes]], index - part * lanes + (part * size) / parts), root.shape);
    });
    const elements = evaluate(builder, root, positions);
    return Array.from({ length: parts }, (_, part) => texelOf(elements.slice(part * lanes, (part + 1) * lanes)));
  });
}

function texelOf(elements: readonly Expression[]): Expression[] {
  return [...elements, zero, zero, zero].slice(0, lanes);
}

/** The thread index; in terms of its row and column if every texel of the output has a thread. */
function threadIndex([width, height]: TextureShape, threads: number): Index {
  const [row, column] = [call("row"), call("column")];
  if (width * height === threads) {
    return combine([
      [indexOf(makeVariable(row, height, 0)), width],
      [indexOf(makeVariable(column, width, 0)), 1],
    ]);
  }
  return indexOf(makeVariable(width === 1 ? row : sumOf([scaled(row, width), column], 0), threads, 0));
}
