/** How does a compiled graph run on typed arrays and on arrays in the engine's memory? */
import {
  type Engine,
  type Executable,
  type Graph,
  type Lengths,
  Lifetime,
  type TypedArray,
  type Value,
  allocate,
  hostDataOf,
  isConcrete,
  withLengths,
} from "@symloss/core/engine";
import type { Place, WasmProgram } from "./codegen/program.ts";
import { type ArrayLayout, WasmDeviceArray, layoutOf } from "./device-array.ts";
import type { EngineHeap } from "./memory/engine-heap.ts";

/** A program with the engine that it belongs to. Everything returns values, never promises. */
export class WasmExecutable implements Executable {
  readonly #engine: Engine;
  readonly #heap: EngineHeap;
  readonly #outputs: (lengths: Lengths | undefined) => readonly ArrayLayout[];
  readonly #lifetime: Lifetime;
  /** Dropped with its memory on disposal, which whoever keeps the executable must not keep. */
  #program: WasmProgram | undefined;
  readonly #onDispose: () => void;

  constructor(engine: Engine, heap: EngineHeap, { outputs }: Graph, program: WasmProgram, onDispose: () => void) {
    this.#engine = engine;
    this.#heap = heap;
    this.#outputs = layoutsOf(outputs);
    this.#lifetime = new Lifetime(`the executable on engine "${engine.name}"`);
    this.#program = program;
    this.#onDispose = onDispose;
  }

  get description(): string {
    return this.#program?.description ?? "disposed";
  }

  get bytes(): number {
    return this.#program?.bytes ?? 0;
  }

  run(values: readonly Value[], outputs?: readonly TypedArray[], lengths?: Lengths): readonly TypedArray[] {
    const program = this.#require("run");
    const places = this.#placesOf("run", values);
    if (outputs !== undefined && !shareMemory(values, outputs)) {
      program.run(places, outputs, lengths);
      return outputs;
    }
    const results = this.#outputs(lengths).map(({ dtype, size }) => allocate(dtype, size));
    program.run(places, results, lengths);
    if (outputs === undefined) return results;
    for (const [index, output] of outputs.entries()) output.set(results[index]!);
    return outputs;
  }

  runOnDevice(values: readonly Value[], lengths?: Lengths): readonly WasmDeviceArray[] {
    const program = this.#require("runOnDevice");
    const places = this.#placesOf("runOnDevice", values);
    const heap = this.#heap.require("runOnDevice");
    const layouts = this.#outputs(lengths);
    const addresses: number[] = [];
    try {
      for (const { bytes, name } of layouts) addresses.push(heap.allocate(bytes, name));
      program.run(places, addresses, lengths);
    } catch (error) {
      for (const address of addresses) heap.free(address);
      throw error;
    }
    return layouts.map((layout, index) => new WasmDeviceArray(this.#engine, this.#heap, addresses[index]!, layout));
  }

  dispose(): void {
    if (!this.#lifetime.end()) return;
    this.#program!.dispose();
    this.#program = undefined;
    this.#onDispose();
  }

  #require(caller: string): WasmProgram {
    this.#heap.require(caller);
    this.#lifetime.require(caller);
    return this.#program!;
  }

  /** Where the elements of the values are. Throws `EngineError` if one belongs to another engine. */
  #placesOf(caller: string, values: readonly Value[]): readonly Place[] {
    return values.map((value) =>
      value instanceof WasmDeviceArray && value.engine === this.#engine
        ? value.addressFor(caller)
        : hostDataOf(this.#engine, value),
    );
  }
}

/** The layouts of outputs: always the same unless a length has a name. */
function layoutsOf(outputs: Graph["outputs"]): (lengths: Lengths | undefined) => readonly ArrayLayout[] {
  const all = (lengths: Lengths | undefined): readonly ArrayLayout[] =>
    outputs.map(({ dtype, shape }) => layoutOf(dtype, Object.freeze(withLengths(shape, lengths))));
  if (!outputs.every(({ shape }) => isConcrete(shape))) return all;
  const known = all(undefined);
  return () => known;
}

/** Whether writing outputs might change what is yet to be read. */
function shareMemory(values: readonly Value[], outputs: readonly TypedArray[]): boolean {
  return outputs.some(({ buffer }) => values.some((value) => ArrayBuffer.isView(value) && value.buffer === buffer));
}
