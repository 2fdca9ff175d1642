/** Which arrays are kept from run to run? Runs do not overlap, for each is synchronous. */
import { EngineError, type TypedArray, allocate, holds } from "@symloss/core/engine";
import type { Buffer, LoopPlan } from "@symloss/loops";
import type { PrintedProgram } from "./print.ts";

/** The arrays of all buffers but the user's, by their ids. */
export function allocateKept(
  { buffers }: LoopPlan,
  programs: readonly PrintedProgram[],
): ReadonlyMap<number, TypedArray> {
  const kept = new Map<number, TypedArray>();
  for (const buffer of buffers) if (buffer.kind === "constant") kept.set(buffer.id, constantOf(buffer));
  for (const buffer of buffers) if (isLasting(buffer)) kept.set(buffer.id, lastingOf(buffer, kept));
  const lastUse = new Map<Buffer, number>();
  for (const [index, program] of programs.entries()) for (const buffer of program.buffers) lastUse.set(buffer, index);
  const free = new Map<string, TypedArray[]>();
  for (const [index, program] of programs.entries()) {
    const own = program.buffers.filter(({ kind }) => kind === "intermediate" || kind === "scratch");
    for (const buffer of own) if (!kept.has(buffer.id)) kept.set(buffer.id, takeArray(buffer, free));
    for (const buffer of own) if (lastUse.get(buffer) === index) freeArray(buffer, kept.get(buffer.id)!, free);
  }
  return kept;
}

/** Whether a buffer is needed for as long as the plan runs. */
function isLasting({ kind }: Buffer): boolean {
  return kind === "lasting" || kind === "counter";
}

/** A new array, or that of the buffer, before this one in the plan, whose memory it shares. */
function lastingOf({ dtype, size, shares }: Buffer, kept: ReadonlyMap<number, TypedArray>): TypedArray {
  return shares === undefined ? allocate(dtype, size) : kept.get(shares.id)!;
}

/** Throws `EngineError` unless the data of a constant has its dtype and size. */
function constantOf({ dtype, size, data }: Buffer): TypedArray {
  if (holds(dtype, data) && data.length === size) return data;
  throw new EngineError(`cpu: a constant must be a typed array of ${size} elements of its dtype, got another.`);
}

/** The array of a buffer that no later program uses, or a new one. */
function takeArray(buffer: Buffer, free: ReadonlyMap<string, TypedArray[]>): TypedArray {
  return free.get(kindOf(buffer))?.pop() ?? allocate(buffer.dtype, buffer.size);
}

function freeArray(buffer: Buffer, array: TypedArray, free: Map<string, TypedArray[]>): void {
  const others = free.get(kindOf(buffer));
  if (others === undefined) free.set(kindOf(buffer), [array]);
  else others.push(array);
}

function kindOf({ dtype, size }: Buffer): string {
  return `${dtype} ${size}`;
}
