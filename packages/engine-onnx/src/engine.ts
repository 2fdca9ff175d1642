/** How do graphs run in ONNX Runtime, and what does the engine promise? */
import {
  DisposedError,
  type DType,
  type DeviceArray,
  type Engine,
  EngineError,
  EngineUnavailableError,
  type Executable,
  type Graph,
  HostDeviceArray,
  type NDArray,
  OutOfRangeError,
  type TypedArray,
  type Value,
  bytesPerElement,
  checkUpload,
  constantBytes,
  hostDataOf,
  selfTest,
  sizeOf,
} from "@symloss/core/engine";
import { type Model, encodeModel } from "./model.ts";
import { writtenOperations } from "./operations.ts";
import { type Queue, queueOf } from "./queue.ts";
import {
  type OnnxRuntime,
  type Session,
  type SessionOptions,
  type WasmPaths,
  createSession,
  loadRuntime,
  runSession,
} from "./session.ts";
import { toFeeds } from "./tensors.ts";
import { translate } from "./translate.ts";

/** On what the engine runs. */
export interface OnnxOptions {
  /** The runtime: onnxruntime-web, onnxruntime-node or another module of their interface; by default onnxruntime-web's WebAssembly, loaded when it is needed. */
  readonly ort?: OnnxRuntime;
  /** The one execution provider: `["wasm"]` of onnxruntime-web, `["cpu"]` of onnxruntime-node. */
  readonly executionProviders?: readonly string[];
  /** Where the files of onnxruntime-web's WebAssembly lie, if not beside the script. */
  readonly wasmPaths?: WasmPaths;
  /** How many threads a run uses; default 1. */
  readonly numThreads?: number;
}

/**
 * The engine that runs graphs as ONNX models in ONNX Runtime.
 * Throws `OutOfRangeError` for an option that it does not know or can't honour, and `EngineUnavailableError` where the runtime does not work.
 * @example const { data } = await evaluate(sum([1, 2, 3]), { engine: await onnx() });
 */
export async function onnx(options: OnnxOptions = {}): Promise<Engine> {
  checkOptions(options);
  const runtime = options.ort ?? (await loadDefault(options.numThreads));
  const settings = settle(runtime, options);
  const device = await openDevice(runtime, settings);
  const engine = makeEngine(device);
  await selfTest(engine);
  return engine;
}

/** A runtime, how it is used, and what it can do. */
interface Device {
  readonly runtime: OnnxRuntime;
  readonly settings: SessionOptions;
  readonly queue: Queue;
  readonly float64: boolean;
}

const optionNames: readonly string[] = ["ort", "executionProviders", "wasmPaths", "numThreads"];

function checkOptions(options: OnnxOptions): void {
  for (const option of Object.keys(options)) {
    if (!optionNames.includes(option)) {
      throw new OutOfRangeError(`onnx: options must be ${optionNames.join(", ")}, got ${option}.`);
    }
  }
  const { executionProviders, numThreads = 1 } = options;
  const [provider] = executionProviders ?? [];
  if (provider === "webgpu" || provider === "webnn" || provider === "webgl") {
    throw new EngineUnavailableError(
      `onnx: the execution provider must be "wasm" or "cpu", got "${provider}". ` +
        "That provider gives wrong results in several operations without an error (sums over axes, NaN, indices out of range), and has no float64.",
    );
  }
  if (executionProviders !== undefined && (executionProviders.length !== 1 || !["wasm", "cpu"].includes(provider!))) {
    throw new OutOfRangeError(
      `onnx: executionProviders must be ["wasm"] or ["cpu"], got ${JSON.stringify(executionProviders)}.`,
    );
  }
  if (!Number.isInteger(numThreads) || numThreads < 1) {
    throw new OutOfRangeError(`onnx: numThreads must be an integer from 1, got ${String(numThreads)}.`);
  }
}

async function loadDefault(numThreads = 1): Promise<OnnxRuntime> {
  if (numThreads > 1 && isNode()) {
    throw new EngineUnavailableError(
      `onnx: in Node.js the default runtime has one thread, got numThreads ${numThreads}. ` +
        'Give the one that has more: onnx({ ort: await import("onnxruntime-web"), numThreads }).',
    );
  }
  try {
    return await loadRuntime();
  } catch (error) {
    throw unavailable("onnxruntime-web must load", error);
  }
}

function isNode(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return process?.versions?.node !== undefined;
}

/** In a page, whether threads can be had; elsewhere they always can. */
function sharesMemory(): boolean {
  return (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;
}

/** What the first engine of a runtime chose holds for all: the runtime reads it once. */
const chosen = new WeakMap<object, SessionOptions>();

function settle(runtime: OnnxRuntime, { executionProviders, wasmPaths, numThreads }: OnnxOptions): SessionOptions {
  const { env, InferenceSession } = runtime;
  if (env.wasm.proxy === true) {
    throw new EngineUnavailableError(
      "onnx: env.wasm.proxy must be false, got true. It takes the caller's arrays away; run the engine in a worker of your own instead.",
    );
  }
  const provider = executionProviders?.[0] ?? (env.versions.node === undefined ? "wasm" : "cpu");
  if (provider === "wasm" && (numThreads ?? 1) > 1 && !sharesMemory()) {
    throw new EngineUnavailableError(
      `onnx: threads need a page that is cross-origin isolated, got numThreads ${numThreads} on one that is not. ` +
        "Serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.",
    );
  }
  const before = chosen.get(InferenceSession);
  const settings = { provider, threads: numThreads ?? before?.threads ?? 1 };
  if (before !== undefined) requireSame(before, settings, wasmPaths === undefined || env.wasm.wasmPaths === wasmPaths);
  if (before === undefined && provider === "wasm") {
    env.wasm.numThreads = settings.threads;
    if (wasmPaths !== undefined) env.wasm.wasmPaths = wasmPaths;
    // Where a page forbids workers, threads would be waited for without end.
    if (settings.threads > 1) env.wasm.initTimeout ||= 60_000;
  }
  chosen.set(InferenceSession, settings);
  return settings;
}

function requireSame(before: SessionOptions, now: SessionOptions, samePaths: boolean): void {
  const sameThreads = now.provider === "cpu" || now.threads === before.threads;
  if (now.provider === before.provider && sameThreads && samePaths) return;
  const got = samePaths ? `"${now.provider}" and numThreads ${now.threads}` : "other wasmPaths";
  throw new EngineUnavailableError(
    `onnx: a runtime must be used as it was at first, with "${before.provider}" and numThreads ${before.threads}, got ${got}.`,
  );
}

/** Opens the runtime with a first model, which also tells whether it computes in float64: some builds of onnxruntime-web do not. */
async function openDevice(runtime: OnnxRuntime, settings: SessionOptions): Promise<Device> {
  const queue = queueOf(runtime.InferenceSession);
  const works = async (type: DType): Promise<unknown> => {
    try {
      await queue(async () => (await createSession(runtime, probe(type), settings)).release());
      return undefined;
    } catch (error) {
      return error;
    }
  };
  const failure = await works("float32");
  if (failure !== undefined) throw unavailable(`the runtime must start with "${settings.provider}"`, failure);
  return { runtime, settings, queue, float64: (await works("float64")) === undefined };
}

/** A sum of two numbers of this dtype. */
function probe(type: DType): Uint8Array {
  const node = { type: "ReduceSum", name: "sum", inputs: ["x"], outputs: ["y"], attributes: { keepdims: 0 } };
  return encodeModel({
    name: "probe",
    nodes: [node],
    constants: [],
    inputs: [{ name: "x", type, shape: [2] }],
    outputs: [{ name: "y", type, shape: [] }],
  });
}

function makeEngine(device: Device): Engine {
  const { settings, queue, float64 } = device;
  const sessions = new Set<Session>();
  let disposed = false;
  const requireEngine = (caller: string): void => {
    if (disposed)
      throw new DisposedError(`${caller}: an engine must not be used after its dispose(), got engine "onnx".`);
  };
  const engine: Engine = {
    name: "onnx",
    device: `${settings.provider} x${settings.threads}`,
    software: false,
    traits: {
      dtypes: float64 ? ["float32", "float64", "int32", "bool"] : ["float32", "int32", "bool"],
      operations: writtenOperations,
      precision: "float32",
      nonFinite: "strict",
      rowIndependent: false,
      namedDimensions: false,
    },
    async compile(graph) {
      requireEngine("compile");
      checkSize(graph, settings);
      const model = toModel(graph, device);
      const session = await queue(() => createSession(device.runtime, encodeModel(model), settings));
      sessions.add(session);
      const release = async (): Promise<void> => {
        // Whoever takes it out of the set releases it, once.
        if (sessions.delete(session)) await queue(() => session.release());
      };
      if (disposed) await release();
      requireEngine("compile");
      return makeExecutable(engine, device, graph, model, session, release, requireEngine);
    },
    upload(array: NDArray) {
      requireEngine("upload");
      checkUpload(engine, array);
      const { data, shape, dtype } = array;
      return new HostDeviceArray(engine, data.slice(), shape, dtype);
    },
    async dispose() {
      disposed = true;
      const live = [...sessions];
      sessions.clear();
      await Promise.all(live.map((session) => queue(() => session.release())));
    },
  };
  return engine;
}

function toModel(graph: Graph, { float64 }: Device): Model {
  const inputs = graph.inputs.map((_, index) => `input_${index}`);
  const outputs = graph.outputs.map((_, index) => `output_${index}`);
  return { name: "graph", ...translate(graph, { inputs, outputs, float64 }) };
}

function makeExecutable(
  engine: Engine,
  { runtime, queue }: Device,
  graph: Graph,
  model: Model,
  session: Session,
  release: () => Promise<void>,
  requireEngine: (caller: string) => void,
): Executable {
  let disposed = false;
  const inputNames = model.inputs.map(({ name }) => name);
  const outputNames = model.outputs.map(({ name }) => name);
  const compute = async (caller: string, values: readonly Value[]): Promise<TypedArray[]> => {
    requireEngine(caller);
    if (disposed) {
      throw new DisposedError(
        `${caller}: an executable must not be used after its dispose(), got a run on engine "onnx".`,
      );
    }
    const arrays = values.map((value) => hostDataOf(engine, value));
    // The runtime makes the results: into arrays that it is given it writes nothing, and says so nowhere.
    const results = await queue(() => runSession(session, toFeeds(runtime, graph.inputs, inputNames, arrays)));
    return outputNames.map((name) => results[name]!.data as TypedArray);
  };
  return {
    description: describeModel(model),
    bytes: constantBytes(graph),
    async run(values, outputs) {
      const results = await compute("run", values);
      if (outputs === undefined) return results;
      for (const [index, output] of outputs.entries()) output.set(results[index]!);
      return outputs;
    },
    async runOnDevice(values): Promise<DeviceArray[]> {
      const results = await compute("runOnDevice", values);
      return results.map((data, index) => {
        const { shape, dtype } = graph.outputs[index]!;
        return new HostDeviceArray(engine, data, shape as readonly number[], dtype);
      });
    },
    async dispose() {
      disposed = true;
      await release();
    },
  };
}

/** A line for each node of the model, then its size. */
function describeModel(model: Model): string {
  const lines = model.nodes.map(
    ({ type, inputs, outputs }) => `${type}(${inputs.join(", ")}) -> ${outputs.join(", ")}`,
  );
  return [...lines, `a model of ${model.nodes.length} nodes, ${encodeModel(model).length} bytes`].join("\n");
}

/** The heap of the WebAssembly is 4 GiB, and does not recover once it is full: intermediates are about three times as large as what goes in. */
const largestInput = 2 ** 30;

function checkSize(graph: Graph, { provider }: SessionOptions): void {
  const bytes = [...graph.inputs, ...graph.outputs].reduce(
    (total, { shape, dtype }) => total + sizeOf(shape) * bytesPerElement[dtype],
    0,
  );
  if (provider !== "wasm" || bytes <= largestInput) return;
  throw new EngineError(
    `compile: inputs and outputs must fit into 1 GiB in engine "onnx" (wasm), got ${bytes} bytes. Its heap holds 4 GiB with all that lies between them.`,
  );
}

function unavailable(what: string, error: unknown): EngineUnavailableError {
  const reason = error instanceof Error ? error.message : String(error);
  return new EngineUnavailableError(`onnx: ${what}, got ${reason}`, { cause: error });
}
