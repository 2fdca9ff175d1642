/** How are models run? The only file that knows ONNX Runtime, and that loads it. */
import type { TypedArray } from "@symloss/core/engine";

/** What a runtime computes with. */
export interface RuntimeTensor {
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** A model that is ready to run. */
export interface Session {
  run(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    options: object,
  ): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
}

/** Where the WebAssembly of onnxruntime-web lies: the folder's address, or those of its files. */
export type WasmPaths = string | { readonly wasm?: string | URL; readonly mjs?: string | URL };

/** What is used of onnxruntime-web or onnxruntime-node: the interface of onnxruntime-common. */
export interface OnnxRuntime {
  readonly env: {
    readonly versions: { readonly web?: string; readonly node?: string };
    readonly wasm: { numThreads?: number; proxy?: boolean; initTimeout?: number; wasmPaths?: unknown };
  };
  readonly InferenceSession: { create(model: Uint8Array, options?: object): Promise<object> };
  // A runtime's own types of tensors are as many as element types.
  readonly Tensor: new (type: never, data: never, dims?: readonly number[]) => object;
}

/** On what a session runs. */
export interface SessionOptions {
  readonly provider: string;
  readonly threads: number;
}

/** `URL` is everywhere; no library of types that this package may use declares it. */
interface URL {
  readonly href: string;
}

/** Loads onnxruntime-web, the build without a GPU: it alone has float64, and half the size. */
export async function loadRuntime(): Promise<OnnxRuntime> {
  return import("onnxruntime-web/wasm");
}

/**
 * Loads onnxruntime-web once more, as a module of its own with a memory of its own; rejects where it can't be had: a bundler
 * puts the runtime into its bundle, where it has no address.
 */
export async function reloadRuntime(instance: number): Promise<OnnxRuntime> {
  const meta = import.meta as unknown as { resolve(specifier: string): string };
  return import(
    /* webpackIgnore: true */ /* @vite-ignore */ `${meta.resolve("onnxruntime-web/wasm")}?instance=${instance}`
  ) as Promise<OnnxRuntime>;
}

/** Errors are thrown; the console is not told as well. */
const quiet = { logSeverityLevel: 4 };

/** A session of this model. */
export async function createSession(
  { InferenceSession }: OnnxRuntime,
  model: Uint8Array,
  { provider, threads }: SessionOptions,
): Promise<Session> {
  // The runtime changes the options that it is given: they are made anew for each session.
  const options = {
    executionProviders: [provider],
    ...quiet,
    // The basic level takes constants of different ranks for one another, and what is empty for a number; beyond it the factor
    // of a product of float64 becomes a float32. Graphs come simplified, so that nothing gets slower without.
    graphOptimizationLevel: "disabled",
    ...(provider === "cpu"
      ? { intraOpNumThreads: threads, interOpNumThreads: 1 }
      : // Memory is taken and given back value by value, as it is estimated, and not in one piece.
        { enableMemPattern: false }),
  };
  return (await InferenceSession.create(model, options)) as Session;
}

/** The outputs by name, as new arrays. */
export function runSession(
  session: Session,
  feeds: Readonly<Record<string, RuntimeTensor>>,
): Promise<Readonly<Record<string, RuntimeTensor>>> {
  return session.run(feeds, quietRun);
}

/** The runtime fills in what it lacks, always the same. */
const quietRun = { ...quiet };

/** A tensor of the runtime on this array, which is only read. */
export function createTensor(
  { Tensor }: OnnxRuntime,
  type: string,
  data: TypedArray,
  shape: readonly number[],
): RuntimeTensor {
  return new Tensor(type as never, data as never, shape) as RuntimeTensor;
}
