/**
 * How is a run written as bytes? By two integers for each key: how much larger it is than the one before, and how often it occurred. Each is in groups
 * of 7 bits, the lowest first, with the highest bit of a byte set if another follows (LEB128).
 */
import { OutOfRangeError } from "@symloss/core";
import type { Run } from "../exact/counts.ts";
import type { Bytes } from "./run-store.ts";

/** A run in parts, one after the other. */
export type Blocks = AsyncIterable<Run>;

/** The longest that both integers of a key can be. */
const longest = 5 + 8;

/** The one form of a run in bytes. */
export async function* bytesOf(blocks: Blocks): Bytes {
  let before = 0;
  for await (const { keys, counts } of blocks) {
    const bytes = new Uint8Array(longest * keys.length);
    let length = 0;
    for (const [index, key] of keys.entries()) {
      length = writeInteger(bytes, length, key - before);
      length = writeInteger(bytes, length, counts[index]!);
      before = key;
    }
    yield bytes.subarray(0, length);
  }
}

function writeInteger(bytes: Uint8Array, at: number, value: number): number {
  let [next, rest] = [at, value];
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[next++] = (rest % 128) + 128;
  bytes[next++] = rest;
  return next;
}

/** The run of bytes. Throws `OutOfRangeError`, naming them, if they are none. */
export async function* blocksOf(name: string, bytes: Bytes): AsyncGenerator<Run> {
  const reader = new RunReader(name);
  for await (const chunk of bytes) yield reader.read(chunk);
  reader.end();
}

/** Reads integers that may begin in one chunk and end in another. */
class RunReader {
  readonly #name: string;
  #value = 0;
  #scale = 1;
  /** Whether the integer that is read is a count. */
  #isCount = false;
  #key = 0;
  #isFirst = true;

  constructor(name: string) {
    this.#name = name;
  }

  read(chunk: Uint8Array): Run {
    const most = (chunk.length + 1) >> 1;
    const [keys, counts] = [new Uint32Array(most), new Float64Array(most)];
    let length = 0;
    for (const byte of chunk) {
      this.#value += (byte & 127) * this.#scale;
      this.#scale *= 128;
      if (byte >= 128) continue;
      if ((byte === 0 && this.#scale > 128) || this.#value > Number.MAX_SAFE_INTEGER) throw this.#wrong();
      if (this.#isCount) {
        if (this.#value === 0) throw this.#wrong();
        keys[length] = this.#key;
        counts[length++] = this.#value;
      } else {
        this.#step(this.#value);
      }
      this.#isCount = !this.#isCount;
      [this.#value, this.#scale] = [0, 1];
    }
    return { keys: keys.subarray(0, length), counts: counts.subarray(0, length) };
  }

  #step(step: number): void {
    this.#key += step;
    if ((step === 0 && !this.#isFirst) || this.#key >= 2 ** 32) throw this.#wrong();
    this.#isFirst = false;
  }

  /** Throws if the last integer is not whole, or lacks its count. */
  end(): void {
    if (this.#isCount || this.#scale > 1) throw this.#wrong();
  }

  #wrong(): OutOfRangeError {
    return new OutOfRangeError(
      `${this.#name} must hold the bytes of a run, with keys that rise and counts above 0, got others.`,
    );
  }
}
