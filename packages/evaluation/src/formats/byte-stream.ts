/** How are bytes taken from a stream, so many at a time? */

/** Bytes in their order. No more of them are in memory than a chunk and what is asked for. */
export class ByteStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** The next bytes, which are fewer only if none follow them. */
  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      if (this.#rest.length === 0) {
        const chunk = await this.#reader.read();
        if (chunk.done) return bytes.slice(0, filled);
        this.#rest = chunk.value;
      } else {
        const part = this.#rest.subarray(0, length - filled);
        bytes.set(part, filled);
        filled += part.length;
        this.#rest = this.#rest.subarray(part.length);
      }
    }
    return bytes;
  }

  /** Ends it, and closes what it comes from. */
  async close(): Promise<void> {
    // What failed has told its reader, and is closed.
    await this.#reader.cancel().catch(() => {});
  }
}
