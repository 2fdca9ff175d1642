/** Until when does an engine have its heap? */
import { Lifetime } from "@symloss/core/engine";
import type { Heap } from "./heap.ts";

/** The heap of an engine until the engine is disposed, after which nothing that outlives the engine holds its memory. */
export class EngineHeap {
  readonly #lifetime = new Lifetime('engine "wasm"');
  #heap: Heap | undefined;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** The heap. Throws `DisposedError` after `dispose()`. */
  require(caller: string): Heap {
    this.#lifetime.require(caller);
    return this.#heap!;
  }

  /** Frees what was allocated at this address, unless all has been freed. */
  free(address: number): void {
    this.#heap?.free(address);
  }

  dispose(): void {
    this.#lifetime.end();
    this.#heap = undefined;
  }
}
