/** Where in memory do the arrays of a plan lie while it runs? */
import { type Buffer, type Length, type LoopPlan, allStatements, multiplyLengths } from "@symloss/loops";
import type { Blocks } from "./blocks.ts";
import { elementBytes } from "./memory-access.ts";
import type { Representations } from "./representation.ts";
import { productBytes } from "./tiled-matmul.ts";

/** Arrays begin at multiples of this, and are followed by as many bytes: vectors are read beyond their end. */
const alignment = 64;

/** A user's array in the engine's memory: its place in the table of pointers, and where a copy of it may lie. */
export interface UserArray {
  readonly buffer: Buffer;
  readonly entry: number;
  readonly bytes: Length;
  /** Where in the arena the copy is, whole or a part at a time; undefined if it is too large, or may be, to be kept there. */
  readonly offset: number | undefined;
}

/** An array whose size depends on the lengths of a run: its place in the table of pointers. */
export interface SizedArray {
  readonly entry: number;
  readonly bytes: Length;
}

/** One stretch of memory that a run uses, and what lies where in it: a table of pointers and lengths first. */
export interface Layout {
  /** How many, those of sized arrays aside, which come last. */
  readonly bytes: number;
  readonly users: ReadonlyMap<Buffer, UserArray>;
  /** Where arrays lie that are not the user's and not constants. */
  readonly offsets: ReadonlyMap<Buffer, number>;
  /** Those whose size is not known before a run; what shares memory has the same place. */
  readonly sized: ReadonlyMap<Buffer, SizedArray>;
  /** The places in the table of the lengths that have these names. */
  readonly names: ReadonlyMap<string, number>;
  /** Where the variables of a program lie from one of its blocks to the next. */
  readonly state: number;
}

/** How many bytes the variables of a program may take between blocks. */
export const stateBytes: number = 2 ** 16;

/** Copies of whole arrays that are larger than this are made for each run. */
const largestKept = 2 ** 16;

/** How much memory an array takes with what follows it. */
export function spaceOf(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment + alignment;
}

export function planLayout(
  plan: LoopPlan,
  names: readonly string[],
  blocks: readonly Blocks[],
  representations: Representations,
): Layout {
  let bytes = 0;
  const take = (size: number): number => {
    const offset = bytes;
    bytes += spaceOf(size);
    return offset;
  };
  const given = plan.buffers.filter(({ kind }) => kind === "input" || kind === "output");
  const sizes = [...ownSizes(plan, representations)];
  const unknown = sizes.filter(([, size]) => typeof size !== "number");
  take(4 * (given.length + unknown.length + names.length));
  const sized = new Map(unknown.map(([buffer, size], index) => [buffer, { entry: given.length + index, bytes: size }]));
  const entries = new Map(names.map((name, index) => [name, given.length + unknown.length + index]));
  const needsState = blocks.some(({ count }) => count > 1);
  const state = needsState ? take(stateBytes) : 0;
  const offsets = new Map<Buffer, number>();
  for (const [buffer, size] of sizes) if (typeof size === "number") offsets.set(buffer, take(size));
  for (const buffer of plan.buffers) {
    if (buffer.shares === undefined) continue;
    const place = sized.get(buffer.shares);
    if (place === undefined) offsets.set(buffer, offsets.get(buffer.shares)!);
    else sized.set(buffer, place);
  }
  const parts = partSizes(blocks);
  const users = new Map<Buffer, UserArray>();
  for (const [entry, buffer] of given.entries()) {
    const whole = multiplyLengths(buffer.size, elementBytes(buffer, undefined));
    const size = parts.get(buffer) ?? (typeof whole === "number" && whole <= largestKept ? whole : undefined);
    users.set(buffer, { buffer, entry, bytes: whole, offset: size === undefined ? undefined : take(size) });
  }
  return { bytes, users, offsets, sized, names: entries, state };
}

/** The largest part of each array that a block takes. */
function partSizes(blocks: readonly Blocks[]): ReadonlyMap<Buffer, number> {
  const sizes = new Map<Buffer, number>();
  for (const { slices, rows } of blocks)
    for (const { buffer, step, bytesPerElement } of slices)
      sizes.set(buffer, Math.max(sizes.get(buffer) ?? 0, rows * step * bytesPerElement));
  return sizes;
}

/** Whether it is the user's, or a constant. */
function isElsewhere({ kind }: Buffer): boolean {
  return kind === "input" || kind === "output" || kind === "constant";
}

function ownSizes({ buffers, programs }: LoopPlan, { buffers: known }: Representations): ReadonlyMap<Buffer, Length> {
  const sizes = new Map<Buffer, Length>();
  for (const buffer of buffers)
    if (buffer.shares === undefined && !isElsewhere(buffer))
      sizes.set(buffer, multiplyLengths(buffer.size, elementBytes(buffer, known.get(buffer))));
  for (const statement of programs.flatMap(({ body }) => allStatements(body))) {
    if (statement.kind !== "multiply") continue;
    const element = elementBytes(statement.rows.buffer, known.get(statement.rows.buffer));
    for (const [buffer, size] of productBytes(statement, element))
      // Blocks of products have a size of their own, whatever the lengths are.
      sizes.set(buffer, Math.max((sizes.get(buffer) as number | undefined) ?? 0, size));
  }
  return sizes;
}
