/** What is a device array? Part of the engine's memory, which compiled graphs read where it is. */
import {
  AbstractDeviceArray,
  type DType,
  type Engine,
  Lifetime,
  type TypedArray,
  allocate,
  bytesPerElement,
  formatType,
  sizeOf,
} from "@symloss/core/engine";
import type { EngineHeap } from "./memory/engine-heap.ts";

/** The type of an array and what follows from it: computed once for all arrays of an output. */
export interface ArrayLayout {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly size: number;
  readonly bytes: number;
  /** How messages name such an array. */
  readonly name: string;
}

/** The layout of arrays of this type. The shape is frozen. */
export function layoutOf(dtype: DType, shape: readonly number[]): ArrayLayout {
  const size = sizeOf(shape);
  return {
    shape,
    dtype,
    size,
    bytes: size * bytesPerElement[dtype],
    name: `the device array ${formatType(dtype, shape)}`,
  };
}

/**
 * Frees arrays that are no longer referenced and were never disposed of: otherwise the memory of a program that forgets a few small ones
 * in each step would fill up, long after the fault. It takes 150 ns for each array.
 */
const forgotten = new FinalizationRegistry<Allocation>(({ heap, address }) => heap.free(address));

interface Allocation {
  readonly heap: EngineHeap;
  readonly address: number;
}

/** An array at an address that it owns. */
export class WasmDeviceArray extends AbstractDeviceArray {
  readonly engine: Engine;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly #heap: EngineHeap;
  readonly #address: number;
  readonly #size: number;
  readonly #lifetime: Lifetime;

  constructor(engine: Engine, heap: EngineHeap, address: number, { shape, dtype, size, name }: ArrayLayout) {
    super();
    this.engine = engine;
    this.shape = shape;
    this.dtype = dtype;
    this.#heap = heap;
    this.#address = address;
    this.#size = size;
    this.#lifetime = new Lifetime(name);
    forgotten.register(this, { heap, address }, this);
  }

  get disposed(): boolean {
    return this.#lifetime.ended;
  }

  /** Where the elements are, for compiled graphs of its engine. Throws `DisposedError` after `dispose()`. */
  addressFor(caller: string): number {
    this.#lifetime.require(caller);
    return this.#address;
  }

  /** The elements, as a new typed array. Throws `DisposedError` after its own `dispose()` and after that of its engine. */
  read(): TypedArray {
    const address = this.addressFor("read");
    const heap = this.#heap.require("read");
    const elements = allocate(this.dtype, this.#size);
    heap.read(address, elements);
    return elements;
  }

  dispose(): void {
    if (!this.#lifetime.end()) return;
    forgotten.unregister(this);
    this.#heap.free(this.#address);
  }
}
