/** What does the engine guarantee, and how is it made? */
import {
  type Engine,
  type EngineTraits,
  EngineUnavailableError,
  type NDArray,
  allOperations,
  asyncDisposable,
  checkUpload,
  selfTest,
} from "@symloss/core/engine";
import { type Arithmetic, fused, separate } from "./assembler/arithmetic.ts";
import { messageOf, whyNotFused, whyUnavailable } from "./availability.ts";
import { compileGraph } from "./codegen/generate.ts";
import { WasmDeviceArray, layoutOf } from "./device-array.ts";
import { WasmExecutable } from "./executable.ts";
import { EngineHeap } from "./memory/engine-heap.ts";
import { Heap } from "./memory/heap.ts";
import { type MemoryOptions, type WasmOptions, checkWasmOptions } from "./options.ts";
import { mostBytes } from "./assembler/host.ts";

/**
 * Makes the engine that compiles graphs to WebAssembly SIMD, at run time and without `eval`.
 * Throws `DTypeError` or `OutOfRangeError` if an option is unknown or invalid, and `EngineUnavailableError`, with the reason, if
 * WebAssembly or its SIMD is missing, is forbidden, or does not have the memory or the instructions that the options demand.
 * @example const { data } = await evaluate(sum([1, 2, 3]), { engine: await wasm() });
 */
export async function wasm(options: WasmOptions = {}): Promise<Engine> {
  const { memory, relaxedSimd } = checkWasmOptions(options);
  const reason = whyUnavailable();
  if (reason !== undefined) throw new EngineUnavailableError(`wasm: ${reason}.`);
  const heap = openHeap(memory);
  const engine = makeEngine(new EngineHeap(heap), chooseArithmetic(heap, relaxedSimd));
  await selfTest(engine);
  return engine;
}

const defaultInitial = 2 ** 20;

/** Less is not tried if the host refuses a maximum. */
const leastMaximum = 2 ** 26;

/** A heap with the given limits, or with as large a maximum as the host accepts. */
function openHeap({ initial, maximum }: MemoryOptions): Heap {
  const most = maximum ?? mostBytes;
  const limits = { initial: initial ?? Math.min(defaultInitial, most), maximum: most };
  const least = maximum ?? Math.max(limits.initial, leastMaximum);
  for (;;) {
    try {
      return new Heap(limits);
    } catch (cause) {
      if (limits.maximum / 2 < least) {
        throw new EngineUnavailableError(
          `wasm: the host refuses a memory of ${limits.initial} bytes that may grow to ${limits.maximum} (${messageOf(cause)}).`,
          { cause },
        );
      }
      limits.maximum /= 2;
    }
  }
}

function chooseArithmetic({ memory }: Heap, relaxedSimd: "auto" | boolean): Arithmetic {
  if (relaxedSimd === false) return separate;
  const reason = whyNotFused(memory);
  if (reason === undefined) return fused;
  if (relaxedSimd === "auto") return separate;
  throw new EngineUnavailableError(`wasm: relaxedSimd must be "auto" or false here, got true: ${reason}.`);
}

const traits: EngineTraits = {
  dtypes: ["float32", "float64", "int32", "bool"],
  operations: allOperations,
  precision: "float32",
  nonFinite: "strict",
  rowIndependent: true,
  synchronous: true,
  namedDimensions: true,
};

/** The engine on a heap. Everything returns values, never promises. */
function makeEngine(heap: EngineHeap, arithmetic: Arithmetic): Engine {
  /** Those that have not been disposed of. */
  const executables = new Set<WasmExecutable>();
  const engine: Engine = {
    name: "wasm",
    device: arithmetic === fused ? "loops (WebAssembly SIMD, fused multiply-add)" : "loops (WebAssembly SIMD)",
    software: false,
    traits,
    compile(graph) {
      const program = compileGraph(graph, { heap: heap.require("compile"), arithmetic });
      const executable = new WasmExecutable(engine, heap, graph, program, () => executables.delete(executable));
      executables.add(executable);
      return executable;
    },
    upload: (array) => upload(engine, heap, array),
    ...asyncDisposable(() => {
      heap.dispose();
      for (const executable of executables) executable.dispose();
    }),
  };
  return engine;
}

function upload(engine: Engine, owner: EngineHeap, array: NDArray): WasmDeviceArray {
  const heap = owner.require("upload");
  const { data, shape, dtype } = checkUpload(engine, array);
  const layout = layoutOf(dtype, shape);
  const address = heap.allocate(layout.bytes, layout.name);
  heap.write(address, data);
  return new WasmDeviceArray(engine, owner, address, layout);
}
