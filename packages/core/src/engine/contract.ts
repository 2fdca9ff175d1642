/** What must an engine provide? */
import type { DeviceArrayOf } from "../array/device-array.ts";
import type { DType, TypedArray } from "../array/dtype.ts";
import type { Graph } from "../graph/graph.ts";
import type { NDArray } from "../array/ndarray.ts";
import type { Operation } from "../tensor/operation.ts";
import type { MaybePromise } from "../array/promise.ts";

/** What differs between engines; shared code asks these, never an engine's name. */
export interface EngineTraits {
  /** The element types that it computes with. */
  readonly dtypes: readonly DType[];
  /** The operations that it runs; what it lacks is said in those before it sees a graph. */
  readonly operations: readonly Operation[];
  /** Its class of accuracy, from which the conformance suite takes its tolerances. */
  readonly precision: "float32" | "gpu";
  /** Whether NaN and infinities are carried as IEEE 754 says. */
  readonly nonFinite: "strict" | "unspecified";
  /** Whether a row of a batch has the same bits in a batch of 1 as in a large one: no result depends on how many rows stand beside it. */
  readonly rowIndependent: boolean;
  /** Whether a graph may have dimensions with names. Where not, every length of a graph that the engine is given is a number. */
  readonly namedDimensions: boolean;
}

/** A result that stays where it was computed. It belongs to the engine that made it, and to its holder, who disposes it. */
export type DeviceArray = DeviceArrayOf<Engine>;

/** What goes in: a typed array of the input's dtype and size, or an array on the engine's device. */
export type Value = TypedArray | DeviceArray;

/** A compiled graph. The caller has checked numbers, dtypes and sizes of what it passes. */
export interface Executable {
  /** What the engine made of the graph: programs or kernels, what each reads and writes, scratch in bytes. */
  readonly description: string;
  /** Bytes that it holds between runs, constants included; may change with a run. What is idle in an engine is bounded by their sum. */
  readonly bytes: number;
  /**
   * Computes the outputs from the inputs, both in the graph's order. Reads the elements of `values` before it returns, also where
   * it returns a promise: the caller may change them at once.
   * Fills `outputs` where they are given and returns them, else new arrays; never changes an input, never keeps or shares a result.
   * Runs may overlap; each gives its own results.
   */
  run(values: readonly Value[], outputs?: readonly TypedArray[]): MaybePromise<readonly TypedArray[]>;
  /** As `run`, but leaves the results on the device. */
  runOnDevice(values: readonly Value[]): MaybePromise<readonly DeviceArray[]>;
  /** Frees what it holds, after the runs under way; a second call does nothing. */
  dispose(): MaybePromise<void>;
}

/** Something that compiles and runs graphs. */
export interface Engine {
  /** Which engine: `"cpu"`, `"wasm"`, `"gpu"`, `"onnx"`. */
  readonly name: string;
  /** What really runs: `"interpreter"`, `"webgl2: ANGLE (...)"`. */
  readonly device: string;
  /** Whether the device only pretends to be hardware. */
  readonly software: boolean;
  readonly traits: EngineTraits;
  /** Compiles a graph of concrete shapes that holds only this engine's operations and dtypes; throws `DisposedError` after `dispose()`. */
  compile(graph: Graph): MaybePromise<Executable>;
  /** Copies an array to the device; throws what `checkUpload` throws, and `DisposedError` after `dispose()`. */
  upload(array: NDArray): MaybePromise<DeviceArray>;
  /** Frees everything; a second call does nothing. */
  dispose(): MaybePromise<void>;
}

/** Makes an engine that has passed a small numeric self-test, or throws `EngineUnavailableError` with the reason. */
export type EngineFactory = () => MaybePromise<Engine>;
