/** What may be said of where an engine runs, and what of it is refused? */
import {
  DTypeError,
  EngineUnavailableError,
  type OptionTable,
  OutOfRangeError,
  checkOptions,
  isRecord,
} from "@symloss/core/engine";
import type { OnnxRuntime, WasmPaths } from "./session.ts";

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

/** Each is a thread of the operating system, started at once. */
const mostThreads = 256;

const table: OptionTable<OnnxOptions> = {
  ort: {
    must: "a module of the interface of onnxruntime-web",
    holds: isRuntime,
    error: DTypeError,
    help: (value) => (value instanceof Promise ? "Await it." : ""),
  },
  executionProviders: { must: '["wasm"] or ["cpu"]', holds: isProviderList, error: OutOfRangeError },
  wasmPaths: {
    must: "an address, or a record of those of wasm and mjs",
    holds: (value) => typeof value === "string" || isPathRecord(value),
    error: DTypeError,
  },
  numThreads: {
    must: `an integer from 1 to ${mostThreads}`,
    holds: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= mostThreads,
    error: OutOfRangeError,
  },
};

/** Throws `DTypeError`, `OutOfRangeError` or, for a provider that is known to be wrong, `EngineUnavailableError`. */
export function checkOnnxOptions(options: OnnxOptions): void {
  checkOptions("onnx", options, table);
  const [provider] = options.executionProviders ?? [];
  if (provider === undefined || providers.includes(provider)) return;
  throw new EngineUnavailableError(
    `onnx: the execution provider must be "wasm" or "cpu", got "${provider}". ` +
      "That provider gives wrong results in several operations without an error (sums over axes, NaN, indices out of range), and has no float64.",
  );
}

const providers: readonly string[] = ["wasm", "cpu"];
const wrongProviders: readonly string[] = ["webgpu", "webnn", "webgl"];

function isProviderList(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const [first] = value as readonly unknown[];
  if (typeof first !== "string") return false;
  return wrongProviders.includes(first) || (value.length === 1 && providers.includes(first));
}

function isPathRecord(value: unknown): boolean {
  if (!isRecord(value)) return false;
  return Object.entries(value).every(([name, path]) => ["wasm", "mjs"].includes(name) && isAddress(path));
}

function isAddress(value: unknown): boolean {
  if (value === undefined || typeof value === "string") return true;
  return typeof value === "object" && value !== null && typeof (value as { href?: unknown }).href === "string";
}

/** Whether a value has what is used of a runtime; a module, and not a promise of one. */
function isRuntime(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { env, InferenceSession, Tensor } = value as Partial<OnnxRuntime>;
  const known = isObject(env) && isObject(env.versions) && isObject(env.wasm);
  return known && typeof InferenceSession?.create === "function" && typeof Tensor === "function";
}

function isObject<T>(value: T | undefined): value is T & object {
  return typeof value === "object" && value !== null;
}
