/** How does a compiled graph run on arrays, the user's or such that lie in the engine's memory? */
import type { TypedArray } from "@symloss/core/engine";
import type { LoopPlan } from "./loops.ts";
import type { Heap } from "../memory/heap.ts";
import type { Blocks, Slice } from "./blocks.ts";
import type { Functions, RunBlock } from "./generate.ts";
import type { Layout, UserArray } from "./layout.ts";
import type { Place } from "./program.ts";
import { phases } from "./write-program.ts";

export type Runner = (inputs: readonly Place[], outputs: readonly Place[]) => void;

/** Runs one part after the other, each program in its blocks. */
export function makeRunner(
  { parts }: LoopPlan,
  functions: Functions,
  blocks: readonly Blocks[],
  layout: Layout,
  heap: Heap,
): Runner {
  const users = [...layout.users.values()];
  const sliced = new Set(blocks.flatMap(({ slices }) => slices.map(({ buffer }) => buffer)));
  const whole = users.filter(({ buffer }) => !sliced.has(buffer));
  const hasLarge = whole.some(({ offset }) => offset === undefined);
  const run = (running: Running): void => {
    copyIn(whole, running);
    for (const part of parts) {
      if (part.kind === "repetition") functions.repetitions.get(part)!(running.memory);
      else for (const index of part.programs) runProgram(functions.programs[index]!, blocks[index]!, running);
    }
    copyOut(whole, running);
  };
  return (inputs, outputs) => {
    const memory = heap.workspace.take(layout.bytes);
    const running: Running = { memory, layout, heap, inputs, outputs, copies: hasLarge ? [] : undefined };
    try {
      placeResidents(users, running);
      run(running);
    } finally {
      if (running.copies !== undefined) for (const address of running.copies) heap.free(address);
      heap.workspace.release(memory);
    }
  };
}

function placeOf({ buffer }: UserArray, { inputs, outputs }: Running): Place {
  return (buffer.kind === "input" ? inputs : outputs)[buffer.position!]!;
}

/** Writes into the table where the arrays are that lie in the engine's memory. */
function placeResidents(users: readonly UserArray[], running: Running): void {
  const table = running.memory >>> 2;
  for (const user of users) {
    const place = placeOf(user, running);
    if (typeof place === "number") running.heap.integers[table + user.entry] = place;
  }
}

/** Copies the user's arrays that programs need as a whole, and makes room for results. */
function copyIn(whole: readonly UserArray[], running: Running): void {
  const { memory, heap, copies } = running;
  for (const user of whole) {
    const place = placeOf(user, running);
    if (typeof place === "number") continue;
    let address = memory + (user.offset ?? 0);
    if (user.offset === undefined) {
      address = heap.allocate(user.bytes, "a copy of an array");
      copies!.push(address);
    }
    heap.integers[(memory >>> 2) + user.entry] = address;
    if (user.buffer.kind === "input") heap.write(address, place);
  }
}

function copyOut(whole: readonly UserArray[], running: Running): void {
  const { memory, heap } = running;
  for (const user of whole) {
    if (user.buffer.kind !== "output") continue;
    const place = placeOf(user, running);
    if (typeof place !== "number") heap.read(heap.integers[(memory >>> 2) + user.entry]!, place);
  }
}

interface Running {
  readonly memory: number;
  readonly layout: Layout;
  readonly heap: Heap;
  readonly inputs: readonly Place[];
  readonly outputs: readonly Place[];
  /** Copies that are made for this run. */
  readonly copies: number[] | undefined;
}

/** A user's array that is copied part by part. */
interface Part extends Slice {
  readonly array: TypedArray;
  readonly address: number;
  readonly entry: number;
}

function runProgram(run: RunBlock, blocks: Blocks, running: Running): void {
  if (blocks.outermost === undefined) run(running.memory, 0, 0, phases.first | phases.last);
  else runBlocks(run, blocks, running);
}

function runBlocks(run: RunBlock, { outermost, slices, rows }: Blocks, running: Running): void {
  const { memory, heap } = running;
  const parts = slices.flatMap((slice) => partOf(slice, running));
  const { extent } = outermost!;
  for (let from = 0; from < extent; from += rows) {
    const to = Math.min(from + rows, extent);
    for (const { buffer, step, bytesPerElement, array, address, entry } of parts) {
      // Where the whole array would begin.
      heap.integers[entry] = address - from * step * bytesPerElement;
      if (buffer.kind === "input") heap.writePart(address, array, from * step, Math.min(to * step, array.length));
    }
    run(memory, from, to, (from === 0 ? phases.first : 0) | (to === extent ? phases.last : 0));
    for (const { buffer, step, array, address } of parts)
      if (buffer.kind === "output") heap.read(address, array, from * step, Math.min(to * step, array.length));
  }
}

function partOf(slice: Slice, { memory, layout, inputs, outputs }: Running): readonly Part[] {
  const { buffer } = slice;
  const array = (buffer.kind === "input" ? inputs : outputs)[buffer.position!]!;
  if (typeof array === "number") return [];
  const { entry, offset } = layout.users.get(buffer)!;
  return [{ ...slice, array, address: memory + offset!, entry: (memory >>> 2) + entry }];
}
