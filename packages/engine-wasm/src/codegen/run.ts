/** How does a compiled graph run on arrays, the user's or such that lie in the engine's memory? */
import type { Lengths, TypedArray } from "@symloss/core/engine";
import { type LoopPlan, lengthOf, resolveLength } from "@symloss/loops";
import type { Heap } from "../memory/heap.ts";
import type { Blocks, Slice } from "./blocks.ts";
import type { Functions, RunBlock } from "./generate.ts";
import { type Layout, type SizedArray, type UserArray, spaceOf } from "./layout.ts";
import type { Place } from "./program.ts";
import { phases } from "./write-program.ts";

export type Runner = (inputs: readonly Place[], outputs: readonly Place[], lengths: Lengths | undefined) => void;

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
  const sized = [...new Set(layout.sized.values())];
  return (inputs, outputs, lengths) => {
    const spaces = sized.map(({ bytes }) => spaceOf(resolveLength(bytes, lengths)));
    const memory = heap.workspace.take(spaces.reduce((sum, space) => sum + space, layout.bytes));
    const running: Running = { memory, layout, heap, inputs, outputs, lengths, copies: hasLarge ? [] : undefined };
    try {
      placeResidents(users, running);
      placeSized(sized, spaces, running);
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

/** Writes into the table where arrays lie whose size depends on the lengths, one after the other behind all others; and the lengths. */
function placeSized(
  sized: readonly SizedArray[],
  spaces: readonly number[],
  { memory, heap, layout, lengths }: Running,
): void {
  const table = memory >>> 2;
  let address = memory + layout.bytes;
  for (const [index, { entry }] of sized.entries()) {
    heap.integers[table + entry] = address;
    address += spaces[index]!;
  }
  for (const [name, entry] of layout.names) heap.integers[table + entry] = resolveLength(lengthOf(name), lengths);
}

/** Copies the user's arrays that programs need as a whole, and makes room for results. */
function copyIn(whole: readonly UserArray[], running: Running): void {
  const { memory, heap, copies, lengths } = running;
  for (const user of whole) {
    const place = placeOf(user, running);
    if (typeof place === "number") continue;
    let address = memory + (user.offset ?? 0);
    if (user.offset === undefined) {
      address = heap.allocate(resolveLength(user.bytes, lengths), "a copy of an array");
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
  readonly lengths: Lengths | undefined;
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
  const extent = resolveLength(outermost!.extent, running.lengths);
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
