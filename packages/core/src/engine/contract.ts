/** What must an engine provide? */
import type { DeviceArrayOf } from "../array/device-array.ts";
import type { DType, TypedArray } from "../array/dtype.ts";
import type { Graph } from "../graph/graph.ts";
import type { NDArray } from "../array/ndarray.ts";
import type { Lengths } from "../array/shape.ts";
import type { Operation } from "../tensor/operation.ts";
import type { MaybePromise } from "../array/promise.ts";

/** What differs between engines; shared code depends on these, never on an engine's name. */
export interface EngineTraits {
  /** The element types that it computes with. */
  readonly dtypes: readonly DType[];
  /** The operations that it supports; all others are rewritten using these before it sees a graph. */
  readonly operations: readonly Operation[];
  /** Its accuracy class, which sets the tolerances of the conformance suite. */
  readonly precision: "float32" | "gpu";
  /** Whether NaN and infinities propagate as in IEEE 754. */
  readonly nonFinite: "strict" | "unspecified";
  /** Whether a row of a batch has the same bits whatever the size of the batch. */
  readonly rowIndependent: boolean;
  /** Whether it computes before it returns: `compile`, `upload`, runs and reads never give a promise, and `compileSync` may use it. */
  readonly synchronous: boolean;
  /**
   * Whether a graph may have named dimensions, whose lengths are given to each run: then a function whose lengths vary is compiled once.
   * If not, every length in the graphs that the engine is given is a number.
   */
  readonly namedDimensions: boolean;
}

/** An array that stays on the engine's device. Only the engine that made it accepts it; whoever holds it disposes of it. */
export type DeviceArray = DeviceArrayOf<Engine>;

/** An input of a run: a typed array of the input's dtype and size, or an array on the engine's device. */
export type Value = TypedArray | DeviceArray;

/** A compiled graph. The caller has checked the number, dtypes and sizes of the values it passes. */
export interface Executable {
  /** What the engine made of the graph, as text: programs or kernels, what each reads and writes, scratch in bytes. */
  readonly description: string;
  /** Bytes that it holds between runs, constants included; a run may change it. Their sum bounds how many idle executables are kept. */
  readonly bytes: number;
  /**
   * Computes the outputs from the inputs, both in the graph's order. Reads the elements of `values` before it returns, even if it
   * returns a promise: the caller may change them immediately afterwards.
   * Fills and returns `outputs` if given, else new arrays; never changes an input, never keeps or shares a result.
   * Runs may overlap; each returns its own results. `lengths` are those of the named dimensions of the graph, if it has any.
   */
  run(
    values: readonly Value[],
    outputs?: readonly TypedArray[],
    lengths?: Lengths,
  ): MaybePromise<readonly TypedArray[]>;
  /** Like `run`, but leaves the results on the device. */
  runOnDevice(values: readonly Value[], lengths?: Lengths): MaybePromise<readonly DeviceArray[]>;
  /** Frees what it holds, once pending runs have finished; a second call does nothing. */
  dispose(): MaybePromise<void>;
}

/** Compiles and runs graphs. */
export interface Engine {
  /** The engine's name: `"cpu"`, `"gpu"`, `"onnx"`. */
  readonly name: string;
  /** What it actually runs on: `"interpreter"`, `"webgl2: ANGLE (...)"`. */
  readonly device: string;
  /** Whether the device emulates hardware in software. */
  readonly software: boolean;
  readonly traits: EngineTraits;
  /** Compiles a graph, of concrete shapes unless it has the trait `namedDimensions`, that uses only this engine's operations and dtypes. Throws `DisposedError` after `dispose()`. */
  compile(graph: Graph): MaybePromise<Executable>;
  /** Copies an array to the device. Throws what `checkUpload` throws, and `DisposedError` after `dispose()`. */
  upload(array: NDArray): MaybePromise<DeviceArray>;
  /** Frees everything; a second call does nothing. */
  dispose(): MaybePromise<void>;
  /** The same, at the end of a block: `await using engine = await cpu()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes an engine that has passed a small numeric self-test, or throws `EngineUnavailableError` with the reason. */
export type EngineFactory = () => MaybePromise<Engine>;
