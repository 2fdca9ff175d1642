/** How is the memory of an engine shared out, and how do elements get in and out? */
import { EngineError, type TypedArray } from "@symloss/core/engine";
import { type WasmMemory, mostBytes, pageBytes, webAssembly } from "../assembler/host.ts";
import { Chunks, granuleBytes } from "./chunks.ts";
import { Workspace } from "./workspace.ts";

/** Limits of a memory in bytes; they are rounded up to pages of 64 KiB. */
export interface HeapLimits {
  readonly initial: number;
  readonly maximum: number;
}

/** The whole memory as elements of each type. */
interface Views {
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
  readonly integers: Int32Array;
  readonly bytes: Uint8Array;
}

/** No array begins below, so that no address is 0. */
const firstGranule = 1024 / granuleBytes;

/** A memory grows by at least this part of itself, so that it grows seldom. */
const growth = 1 / 2;

/**
 * One WebAssembly memory and what is allocated in it. An allocation begins at a multiple of 64 bytes, and at least 64 bytes after its
 * end can be read, though they may belong to another. Addresses from 2^31 on are also accepted as WebAssembly and an Int32Array hold
 * them, which is as negative numbers.
 */
export class Heap {
  readonly memory: WasmMemory;
  /** For what is needed only while a program runs. */
  readonly workspace: Workspace = new Workspace(this);
  readonly #maximum: number;
  readonly #chunks: Chunks;
  #views: Views;

  /** Throws `RangeError` if the host refuses a memory of these limits. */
  constructor({ initial, maximum }: HeapLimits) {
    this.#maximum = Math.max(1, pagesOf(maximum)) * pageBytes;
    this.memory = new (webAssembly().Memory)({
      initial: Math.max(1, pagesOf(initial)),
      maximum: this.#maximum / pageBytes,
    });
    this.#views = viewsOf(this.memory);
    this.#chunks = new Chunks(this.#views.integers, firstGranule);
  }

  /** The whole memory as float32. Each of these views is another one once an allocation has grown the memory. */
  get floats(): Float32Array {
    return this.#views.floats;
  }

  /** The whole memory as float64. */
  get doubles(): Float64Array {
    return this.#views.doubles;
  }

  /** The whole memory as int32. */
  get integers(): Int32Array {
    return this.#views.integers;
  }

  /** The whole memory as bytes. */
  get bytes(): Uint8Array {
    return this.#views.bytes;
  }

  /** Bytes of what is allocated, with 64 for each allocation. */
  get bytesInUse(): number {
    return this.#chunks.inUse * granuleBytes;
  }

  /** Bytes of the memory. */
  get bytesHeld(): number {
    return this.#views.bytes.length;
  }

  /** The address of so many bytes, which hold anything. Throws `EngineError`, which says for `what`, if there is no room for them. */
  allocate(bytes: number, what: string): number {
    const size = Math.max(1, Math.ceil(bytes / granuleBytes));
    const fits = size < mostBytes / granuleBytes;
    let chunk = fits ? this.#chunks.take(size) : 0;
    if (chunk === 0) {
      this.#grow(fits ? this.#chunks.shortOf(size) * granuleBytes : bytes, bytes, what);
      chunk = this.#chunks.take(size);
    }
    return (chunk + 1) * granuleBytes;
  }

  /** Gives back what was allocated at this address. */
  free(address: number): void {
    const chunk = (address >>> 0) / granuleBytes - 1;
    if (!this.#chunks.isTaken(chunk)) {
      throw new EngineError(`free: the address must be one that is allocated in the memory, got ${address}.`);
    }
    this.#chunks.release(chunk);
  }

  /** Copies all elements of the source to this address, a multiple of their size. */
  write(address: number, source: TypedArray): void {
    this.writePart(address, source, 0, source.length);
  }

  /** Copies elements `start` to `end` of the source to this address. */
  writePart(address: number, source: TypedArray, start: number, end: number): void {
    if (source instanceof Float32Array) copyIn(this.#views.floats, address >>> 2, source, start, end);
    else if (source instanceof Int32Array) copyIn(this.#views.integers, address >>> 2, source, start, end);
    else if (source instanceof Float64Array) copyIn(this.#views.doubles, address >>> 3, source, start, end);
    else copyIn(this.#views.bytes, address >>> 0, source, start, end);
  }

  /** Copies what is at this address into elements `start` to `end` of the target. */
  read(address: number, target: TypedArray, start = 0, end: number = target.length): void {
    if (target instanceof Float32Array) copyOut(this.#views.floats, address >>> 2, target, start, end);
    else if (target instanceof Int32Array) copyOut(this.#views.integers, address >>> 2, target, start, end);
    else if (target instanceof Float64Array) copyOut(this.#views.doubles, address >>> 3, target, start, end);
    else copyOut(this.#views.bytes, address >>> 0, target, start, end);
  }

  /** Grows by at least so many bytes. */
  #grow(needed: number, bytes: number, what: string): void {
    const most = this.#maximum - this.bytesHeld;
    if (needed > most) throw this.#outOfMemory(bytes, what, "no more are allowed");
    const ample = Math.min(most, Math.max(needed, this.bytesHeld * growth));
    try {
      this.#growMemory(ample, needed);
    } catch (cause) {
      throw this.#outOfMemory(bytes, what, "the host gives no more", cause);
    }
    this.#views = viewsOf(this.memory);
    this.#chunks.extend(this.#views.integers);
  }

  #growMemory(ample: number, needed: number): void {
    try {
      this.memory.grow(pagesOf(ample));
    } catch {
      this.memory.grow(pagesOf(needed));
    }
  }

  #outOfMemory(bytes: number, what: string, limit: string, cause?: unknown): EngineError {
    const raise = this.#maximum < mostBytes ? " Or raise memory.maximum." : "";
    return new EngineError(
      `wasm: ran out of memory while allocating ${bytes} bytes for ${what}: of ${this.bytesHeld} bytes, ${this.bytesInUse} are in use, and ${limit} (memory.maximum is ${this.#maximum}). Dispose of device arrays and compiled functions, or use smaller batches.${raise}`,
      cause === undefined ? undefined : { cause },
    );
  }
}

function viewsOf({ buffer }: WasmMemory): Views {
  return {
    floats: new Float32Array(buffer),
    doubles: new Float64Array(buffer),
    integers: new Int32Array(buffer),
    bytes: new Uint8Array(buffer),
  };
}

function pagesOf(bytes: number): number {
  return Math.ceil(bytes / pageBytes);
}

// A call of `set` takes as long as copying about eight elements one by one, and with the view of a part as long as about 24.
const mostOfWhole = 8;
const mostOfPart = 24;

function copyIn(memory: TypedArray, to: number, source: TypedArray, start: number, end: number): void {
  const isWhole = end - start === source.length;
  if (end - start > (isWhole ? mostOfWhole : mostOfPart)) {
    memory.set(isWhole ? source : source.subarray(start, end), to);
    return;
  }
  for (let from = start, at = to; from < end; from++, at++) memory[at] = source[from]!;
}

function copyOut(memory: TypedArray, from: number, target: TypedArray, start: number, end: number): void {
  if (end - start > mostOfPart) {
    target.set(memory.subarray(from, from + end - start), start);
    return;
  }
  for (let to = start, at = from; to < end; to++, at++) target[to] = memory[at]!;
}
