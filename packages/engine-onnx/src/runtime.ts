/** On which runtime do an engine's sessions live, what can it do, and what happens if it runs out of memory? */
import { type DType, EngineError, EngineUnavailableError, describe, isSymlossError } from "@symloss/core/engine";
import { encodeModel } from "./model.ts";
import type { OnnxOptions } from "./options.ts";
import { type Queue, createQueue } from "./queue.ts";
import {
  type OnnxRuntime,
  type SessionOptions,
  createSession,
  createTensor,
  loadRuntime,
  reloadRuntime,
  runSession,
} from "./session.ts";

/** What all engines on the same runtime share. */
export interface Instance {
  readonly queue: Queue;
  /** The settings of its first use: it reads them once. */
  settings?: SessionOptions;
  /** Bytes that its sessions hold. */
  held: number;
  /** What it threw when it ran out of memory; from then on it must not be used. */
  lost?: { readonly cause: unknown };
}

/** A runtime that has been probed, and what it can do. */
export interface Device {
  readonly runtime: OnnxRuntime;
  readonly instance: Instance;
  readonly settings: SessionOptions;
  readonly float64: boolean;
  /** Whether a run that starts immediately has read its first input by the time it returns its promise. */
  readonly readsFirst: boolean;
}

/** Opens the runtime that the options name. Throws `EngineUnavailableError` if it does not work. */
export async function openDevice(options: OnnxOptions): Promise<Device> {
  const runtime = options.ort ?? (await defaultRuntime(options.numThreads));
  const instance = instanceOf(runtime);
  if (instance.lost !== undefined) throw unavailable("the runtime is lost", lostError("onnx", instance));
  const settings = settle(runtime, options);
  const opened = { runtime, instance, settings };
  const failure = await failureOf(opened, "float32");
  if (failure !== undefined) throw unavailable(`the runtime did not start with "${settings.provider}"`, failure.cause);
  return {
    ...opened,
    float64: (await failureOf(opened, "float64")) === undefined,
    readsFirst: await readsAtOnce(opened),
  };
}

/** The device, or a new one if its runtime is lost and can be reloaded. Throws `EngineError` if it can't. */
export async function liveDevice(caller: string, device: Device, options: OnnxOptions): Promise<Device> {
  if (device.instance.lost === undefined) return device;
  if (options.ort !== undefined) throw lostError(caller, device.instance);
  try {
    return await openDevice(options);
  } catch (error) {
    throw lostError(caller, device.instance, error);
  }
}

/**
 * Runs a job on the runtime after those before it. Throws `EngineError` if the runtime ran out of memory, before or during this job:
 * its own error does not say so, and if used further it computes with overwritten memory.
 */
export function runJob<T>(caller: string, instance: Instance, job: () => Promise<T>): Promise<T> {
  return instance.queue.run(async () => {
    if (instance.lost !== undefined) throw lostError(caller, instance);
    try {
      return await job();
    } catch (error) {
      if (instance.settings?.provider !== "wasm" || isSymlossError(error) || !isLoss(error)) throw error;
      instance.lost = { cause: error };
      throw lostError(caller, instance);
    }
  });
}

const instances = new WeakMap<object, Instance>();

/** The one instance of a runtime, even if its parts are passed in another object. */
function instanceOf(runtime: OnnxRuntime): Instance {
  let instance = instances.get(runtime.InferenceSession);
  if (instance === undefined) {
    instance = { queue: createQueue(), held: 0 };
    instances.set(runtime.InferenceSession, instance);
  }
  return instance;
}

/** How often the default runtime is reloaded: the memory of each lost one, up to 4 GiB, is held until the process ends. */
const mostReloads = 2;
let reloads = 0;
let loading: Promise<OnnxRuntime> | undefined;

/** The runtime shared by all engines that are not given one; reloaded if it is lost. */
async function defaultRuntime(numThreads = 1): Promise<OnnxRuntime> {
  if (numThreads > 1 && isNode()) {
    throw new EngineUnavailableError(
      `onnx: numThreads must be 1 for the default runtime in Node.js, got ${numThreads}. ` +
        'Pass a runtime that has threads: onnx({ ort: await import("onnxruntime-web"), numThreads }).',
    );
  }
  try {
    for (;;) {
      const attempt = (loading ??= loadRuntime());
      const runtime = await attempt;
      if (instanceOf(runtime).lost === undefined) return runtime;
      // Of several callers that wait here, only the first reloads it.
      if (loading !== attempt) continue;
      if (reloads === mostReloads) return runtime;
      loading = reloadRuntime(++reloads);
    }
  } catch (error) {
    loading = undefined;
    if (!isMissing(error)) throw unavailable("onnxruntime-web did not load", error);
    throw new EngineUnavailableError(
      "onnx: onnxruntime-web must be installed (npm install onnxruntime-web), or another runtime be passed (onnx({ ort })), got neither.",
      { cause: error },
    );
  }
}

/** Whether a module could not be found, in Node.js or in a browser. Who only exports has no runtime, which is large. */
function isMissing(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return (
    code === "ERR_MODULE_NOT_FOUND" || /resolve module specifier|Cannot find (package|module)/.test(reasonOf(error))
  );
}

function isNode(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return process?.versions?.node !== undefined;
}

/** Whether threads are possible: in a page only if it is cross-origin isolated, elsewhere always. */
function sharesMemory(): boolean {
  return (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;
}

function settle(runtime: OnnxRuntime, { executionProviders, wasmPaths, numThreads }: OnnxOptions): SessionOptions {
  const { env } = runtime;
  const instance = instanceOf(runtime);
  if (env.wasm.proxy === true) {
    throw new EngineUnavailableError(
      "onnx: env.wasm.proxy must be false, got true. A proxy detaches the caller's arrays; run the engine in a worker of your own instead.",
    );
  }
  const provider = executionProviders?.[0] ?? (env.versions.node === undefined ? "wasm" : "cpu");
  if (provider === "wasm" && (numThreads ?? 1) > 1 && !sharesMemory()) {
    throw new EngineUnavailableError(
      `onnx: numThreads must be 1 on a page that is not cross-origin isolated, got ${numThreads}. ` +
        "Serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.",
    );
  }
  const before = instance.settings;
  const settings = { provider, threads: numThreads ?? before?.threads ?? 1 };
  if (before !== undefined) requireSame(before, settings, wasmPaths === undefined || env.wasm.wasmPaths === wasmPaths);
  if (before === undefined && provider === "wasm") {
    env.wasm.numThreads = settings.threads;
    if (wasmPaths !== undefined) env.wasm.wasmPaths = wasmPaths;
    // If a page forbids workers, the runtime would wait for its threads forever.
    if (settings.threads > 1) env.wasm.initTimeout ||= 60_000;
  }
  instance.settings = settings;
  return settings;
}

function requireSame(before: SessionOptions, now: SessionOptions, samePaths: boolean): void {
  const sameThreads = now.provider === "cpu" || now.threads === before.threads;
  if (now.provider === before.provider && sameThreads && samePaths) return;
  const got = samePaths ? `"${now.provider}" and numThreads ${now.threads}` : "other wasmPaths";
  throw new EngineUnavailableError(
    `onnx: a runtime must be used with the settings of its first use, "${before.provider}" and numThreads ${before.threads}, got ${got}.`,
  );
}

/** A runtime whose settings have been applied. */
type Opened = Pick<Device, "runtime" | "instance" | "settings">;

/** What the runtime throws for a small model of this type, if anything: some builds of onnxruntime-web have no float64. */
async function failureOf(opened: Opened, type: DType): Promise<{ readonly cause: unknown } | undefined> {
  try {
    const data = type === "float64" ? Float64Array.of(1, 2) : Float32Array.of(1, 2);
    const y = await runProbe(opened, probe("ReduceSum", type, { keepdims: 0 }), type, data, () => {});
    return y[0] === 3 ? undefined : { cause: new Error(`${String(y[0])} for 1 + 2`) };
  } catch (cause) {
    return { cause };
  }
}

/** Determined by experiment: an input is changed as soon as its run has returned a promise. */
async function readsAtOnce(opened: Opened): Promise<boolean> {
  const data = Float32Array.of(1, 1);
  const y = await runProbe(opened, probe("Neg", "float32", {}), "float32", data, () => data.fill(2));
  return y[0] === -1 && y[1] === -1;
}

/** The result of a model with one input and one output; `meanwhile` is called once the run has begun. */
async function runProbe(
  { runtime, instance, settings }: Opened,
  model: Uint8Array,
  type: DType,
  data: Float32Array | Float64Array,
  meanwhile: () => void,
): Promise<ArrayLike<unknown>> {
  const feeds = { x: createTensor(runtime, type, data, [2]) };
  const results = await runJob("onnx", instance, async () => {
    const session = await createSession(runtime, model, settings);
    const running = runSession(session, feeds);
    meanwhile();
    const outputs = await running;
    await session.release();
    return outputs;
  });
  return results["y"]!.data as ArrayLike<unknown>;
}

/** A model with one node on two numbers. */
function probe(operation: "ReduceSum" | "Neg", type: DType, attributes: Readonly<Record<string, number>>): Uint8Array {
  return encodeModel({
    name: "probe",
    nodes: [{ type: operation, name: "node", inputs: ["x"], outputs: ["y"], attributes }],
    constants: [],
    inputs: [{ name: "x", type, shape: [2] }],
    outputs: [{ name: "y", type, shape: operation === "Neg" ? [2] : [] }],
  });
}

/**
 * Whether an error means that the runtime is lost. An input that it rejects is a plain `Error`. When out of memory, it frees nothing
 * that the run has allocated, and if there is no room for an input, onnxruntime-web writes it over the runtime's own data: what
 * follows are WebAssembly traps, or anything.
 */
function isLoss(error: unknown): boolean {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  return name !== "Error" || typeof message !== "string" || /bad_alloc|out of memory|failed to allocate/i.test(message);
}

function lostError(caller: string, instance: Instance, again?: unknown): EngineError {
  const help =
    again === undefined
      ? "It can't be used again in this process; use smaller batches, or run the engine in a worker that you can restart."
      : `It could not be reloaded: ${reasonOf(again)}`;
  return new EngineError(
    `${caller}: the runtime of engine "onnx" (wasm) ran out of memory and is lost: ${reasonOf(instance.lost?.cause)}. ${help}`,
    { cause: instance.lost?.cause },
  );
}

function unavailable(what: string, error: unknown): EngineUnavailableError {
  return new EngineUnavailableError(`onnx: ${what}: ${reasonOf(error)}`, { cause: error });
}

function reasonOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === "string" ? message : describe(error);
}
