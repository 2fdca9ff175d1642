/** How are models run? The only file that knows and loads ONNX Runtime. */
import type { TypedArray } from "@symloss/core/engine";

/** A tensor of the runtime. */
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

/** Where onnxruntime-web's WebAssembly is: the URL of its folder, or of its files. */
export type WasmPaths = string | { readonly wasm?: string | URL; readonly mjs?: string | URL };

/** The parts of onnxruntime-web and onnxruntime-node that are used: the interface of onnxruntime-common. */
export interface OnnxRuntime {
  readonly env: {
    readonly versions: { readonly web?: string; readonly node?: string };
    readonly wasm: { numThreads?: number; proxy?: boolean; initTimeout?: number; wasmPaths?: unknown };
  };
  readonly InferenceSession: { create(model: Uint8Array, options?: object): Promise<object> };
  // A runtime has a tensor type for each element type.
  readonly Tensor: new (type: never, data: never, dims?: readonly number[]) => object;
}

/** How a session runs. */
export interface SessionOptions {
  readonly provider: string;
  readonly threads: number;
}

/** Every environment has `URL`, but none of the type libraries that this package may use declares it. */
interface URL {
  readonly href: string;
}

/** Loads the build of onnxruntime-web without a GPU: only this one has float64, at half the size. */
export async function loadRuntime(): Promise<OnnxRuntime> {
  return import("onnxruntime-web/wasm");
}

/**
 * Loads onnxruntime-web again, as a new module with new memory. Rejects if that is impossible: in a bundle, the runtime has no URL
 * of its own.
 */
export async function reloadRuntime(instance: number): Promise<OnnxRuntime> {
  const meta = import.meta as unknown as { resolve(specifier: string): string };
  return import(
    /* webpackIgnore: true */ /* @vite-ignore */ `${meta.resolve("onnxruntime-web/wasm")}?instance=${instance}`
  ) as Promise<OnnxRuntime>;
}

/** Errors are thrown, so they are not logged to the console as well. */
const quiet = { logSeverityLevel: 4 };

/** A session for this model. */
export async function createSession(
  { InferenceSession }: OnnxRuntime,
  model: Uint8Array,
  { provider, threads }: SessionOptions,
): Promise<Session> {
  // The runtime modifies the options it is given, so each session gets new ones.
  const options = {
    executionProviders: [provider],
    ...quiet,
    // The basic level confuses constants of different ranks, and empty tensors with numbers; beyond it, a factor of a float64
    // product becomes float32. Graphs are already simplified, so nothing is slower without it.
    graphOptimizationLevel: "disabled",
    ...(provider === "cpu"
      ? { intraOpNumThreads: threads, interOpNumThreads: 1 }
      : // Memory is allocated and freed value by value, as the estimate assumes, and not as one arena.
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

/** Shared by all runs: the runtime fills in missing options, always with the same values. */
const quietRun = { ...quiet };

/** A tensor of the runtime over this array, which it only reads. */
export function createTensor(
  { Tensor }: OnnxRuntime,
  type: string,
  data: TypedArray,
  shape: readonly number[],
): RuntimeTensor {
  return new Tensor(type as never, data as never, shape) as RuntimeTensor;
}
