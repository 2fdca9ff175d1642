/** Which arrays are kept from run to run, and how large are they for the lengths of a run? Runs do not overlap, for each is synchronous. */
import { EngineError, type DType, type Lengths, type TypedArray, allocate, holds } from "@symloss/core/engine";
import { type Buffer, type Length, type LoopPlan, lengthKey, resolveLength } from "@symloss/loops";
import type { PrintedProgram } from "./print.ts";

/** An array that is kept, in which several buffers may lie, one after the other. */
interface Place {
  readonly dtype: DType;
  readonly size: Length;
}

/** The arrays of all buffers but the user's. */
export interface Memory {
  /** The bytes that they take now. */
  readonly bytes: number;
  /** The arrays by the ids of the buffers. Until the lengths are others, they are the same. */
  arraysFor(lengths: Lengths | undefined): ReadonlyMap<number, TypedArray>;
}

export function makeMemory(plan: LoopPlan, programs: readonly PrintedProgram[]): Memory {
  const constants = new Map<number, TypedArray>();
  for (const buffer of plan.buffers) if (buffer.kind === "constant") constants.set(buffer.id, constantOf(buffer));
  const places = placeBuffers(plan, programs);
  const held = new Map<Place, TypedArray>();
  return {
    get bytes() {
      return bytesOf(constants) + bytesOf(held);
    },
    arraysFor(lengths) {
      const sized = new Map([...new Set(places.values())].map((place) => [place, arrayOf(place, lengths, held)]));
      return new Map([...constants, ...[...places].map(([id, place]) => [id, sized.get(place)!] as const)]);
    },
  };
}

function bytesOf(arrays: ReadonlyMap<unknown, TypedArray>): number {
  return [...arrays.values()].reduce((bytes, { byteLength }) => bytes + byteLength, 0);
}

/** The array that is held for a place, or the beginning of it; a larger one if it is too short. */
function arrayOf(place: Place, lengths: Lengths | undefined, held: Map<Place, TypedArray>): TypedArray {
  const size = resolveLength(place.size, lengths);
  let array = held.get(place);
  if (array === undefined || array.length < size) held.set(place, (array = allocate(place.dtype, size)));
  return array.length === size ? array : array.subarray(0, size);
}

/** Where each buffer lies that is neither the user's nor a constant, by its id. */
function placeBuffers({ buffers }: LoopPlan, programs: readonly PrintedProgram[]): ReadonlyMap<number, Place> {
  const places = new Map<number, Place>();
  for (const buffer of buffers) if (isLasting(buffer)) places.set(buffer.id, lastingPlace(buffer, places));
  const lastUse = new Map<Buffer, number>();
  for (const [index, program] of programs.entries()) for (const buffer of program.buffers) lastUse.set(buffer, index);
  const free = new Map<string, Place[]>();
  for (const [index, program] of programs.entries()) {
    const own = program.buffers.filter(({ kind }) => kind === "intermediate" || kind === "scratch");
    for (const buffer of own) if (!places.has(buffer.id)) places.set(buffer.id, takePlace(buffer, free));
    for (const buffer of own) if (lastUse.get(buffer) === index) freePlace(buffer, places.get(buffer.id)!, free);
  }
  return places;
}

/** Whether a buffer is needed for as long as the plan runs. */
function isLasting({ kind }: Buffer): boolean {
  return kind === "lasting" || kind === "counter";
}

/** A new place, or that of the buffer, before this one in the plan, whose memory it shares. */
function lastingPlace({ dtype, size, shares }: Buffer, places: ReadonlyMap<number, Place>): Place {
  return shares === undefined ? { dtype, size } : places.get(shares.id)!;
}

/** Throws `EngineError` unless the data of a constant has its dtype and size. */
function constantOf({ dtype, size, data }: Buffer): TypedArray {
  const count = resolveLength(size, undefined);
  if (holds(dtype, data) && data.length === count) return data;
  throw new EngineError(`cpu: a constant must be a typed array of ${count} elements of its dtype, got another.`);
}

/** The place of a buffer that no later program uses, or a new one. */
function takePlace(buffer: Buffer, free: ReadonlyMap<string, Place[]>): Place {
  return free.get(kindOf(buffer))?.pop() ?? { dtype: buffer.dtype, size: buffer.size };
}

function freePlace(buffer: Buffer, place: Place, free: Map<string, Place[]>): void {
  const others = free.get(kindOf(buffer));
  if (others === undefined) free.set(kindOf(buffer), [place]);
  else others.push(place);
}

function kindOf({ dtype, size }: Buffer): string {
  return `${dtype} ${lengthKey(size)}`;
}
