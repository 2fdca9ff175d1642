/** How are bytes taken, so many at a time, from a file or from what it decompresses to? */
import { DTypeError } from "@symloss/core";
import { fileError } from "./file-error.ts";

/** Chunks of bytes, as streams of Node.js give them, whose types a reader of declarations may not have. */
export interface Chunks extends AsyncIterable<Uint8Array> {
  destroy(): unknown;
}

/** Bytes in their order. No more of them are in memory than a chunk and what is asked for. */
export class ByteStream {
  /** For messages. */
  readonly #place: string;
  readonly #stream: Chunks;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest = new Uint8Array(0);

  constructor(place: string, stream: Chunks) {
    this.#place = place;
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** The next bytes, which are fewer only if none follow them. Throws `DTypeError` if they can't be decompressed. */
  async take(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      if (this.#rest.length === 0) {
        const chunk = await this.#next();
        if (chunk.done === true) return bytes.slice(0, filled);
        this.#rest = new Uint8Array(chunk.value);
      } else {
        const part = this.#rest.subarray(0, length - filled);
        bytes.set(part, filled);
        filled += part.length;
        this.#rest = this.#rest.subarray(part.length);
      }
    }
    return bytes;
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    try {
      return await this.#chunks.next();
    } catch (cause) {
      // What the system says names the file already.
      if (cause instanceof DTypeError || (cause as { syscall?: string }).syscall !== undefined) throw cause;
      throw fileError(this.#place, "bytes that can be decompressed", (cause as Error).message, cause);
    }
  }

  /** Ends it, and closes what it comes from. */
  close(): void {
    this.#stream.destroy();
  }
}
