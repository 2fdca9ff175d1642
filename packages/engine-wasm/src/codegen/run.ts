/** How does a compiled graph run on arrays, the user's or such that lie in the engine's memory? */
import type { TypedArray } from "@symloss/core/engine";
import type { Heap } from "../memory/heap.ts";
import type { Blocks, Slice } from "./blocks.ts";
import type { RunBlock } from "./generate.ts";
import type { Layout, UserArray } from "./layout.ts";
import type { Place } from "./program.ts";
import { phases } from "./write-program.ts";

export type Runner = (inputs: readonly Place[], outputs: readonly Place[]) => void;

/** Runs one program after the other, each in its blocks. */
export function makeRunner(
  functions: readonly RunBlock[],
  blocks: readonly Blocks[],
  layout: Layout,
  heap: Heap,
): Runner {
  const users = [...layout.users.values()];
  const sliced = new Set(blocks.flatMap(({ slices }) => slices.map(({ buffer }) => buffer)));
  const whole = users.filter(({ buffer }) => !sliced.has(buffer));
  const placeOf = ({ buffer }: UserArray, inputs: readonly Place[], outputs: readonly Place[]): Place =>
    (buffer.kind === "input" ? inputs : outputs)[buffer.position!]!;
  return (inputs, outputs) => {
    const memory = heap.allocate(layout.bytes, "a run");
    const copies: number[] = [];
    try {
      const table = memory >>> 2;
      for (const user of users) {
        const place = placeOf(user, inputs, outputs);
        if (typeof place === "number") heap.integers[table + user.entry] = place;
      }
      for (const user of whole) {
        const place = placeOf(user, inputs, outputs);
        if (typeof place === "number") continue;
        const address = user.offset === undefined ? heap.allocate(user.bytes, "a copy of an array") : memory + user.offset;
        if (user.offset === undefined) copies.push(address);
        heap.integers[table + user.entry] = address;
        if (user.buffer.kind === "input") heap.write(address, place);
      }
      for (const [index, run] of functions.entries()) {
        const program = blocks[index]!;
        if (program.outermost === undefined) run(memory, 0, 0, phases.first | phases.last);
        else runBlocks(run, program, { memory, layout, heap, inputs, outputs });
      }
      for (const user of whole) {
        const place = placeOf(user, inputs, outputs);
        if (typeof place !== "number" && user.buffer.kind === "output")
          heap.read(heap.integers[table + user.entry]!, place);
      }
    } finally {
      for (const address of copies) heap.free(address);
      heap.free(memory);
    }
  };
}

interface Running {
  readonly memory: number;
  readonly layout: Layout;
  readonly heap: Heap;
  readonly inputs: readonly Place[];
  readonly outputs: readonly Place[];
}

/** A user's array that is copied part by part. */
interface Part extends Slice {
  readonly array: TypedArray;
  readonly address: number;
  readonly entry: number;
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
