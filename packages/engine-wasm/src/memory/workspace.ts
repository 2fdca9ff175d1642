/** Where does a run keep what it needs only while it lasts? Runs do not overlap, for each is synchronous. */
import type { Heap } from "./heap.ts";

/** More than this is given back after each run. */
const mostKept = 2 ** 20;

/** One stretch of memory that all programs of an engine use in turn. */
export class Workspace {
  readonly #heap: Heap;
  #address = 0;
  #bytes = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** The address of so many bytes until `release`. Throws `EngineError` if there is no room for them. */
  take(bytes: number): number {
    if (bytes <= this.#bytes) return this.#address;
    if (bytes > mostKept) return this.#heap.allocate(bytes, "a run");
    const [address, had] = [this.#address, this.#bytes];
    [this.#address, this.#bytes] = [0, 0];
    if (had > 0) this.#heap.free(address);
    this.#address = this.#heap.allocate(2 * bytes, "a run");
    this.#bytes = 2 * bytes;
    return this.#address;
  }

  /** Ends the use of what was taken. */
  release(address: number): void {
    if (address !== this.#address) this.#heap.free(address);
  }
}
