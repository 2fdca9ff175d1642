/** Which options does the engine take, and which runtimes does it reject? */
import {
  DTypeError,
  EngineUnavailableError,
  type OptionTable,
  OutOfRangeError,
  checkOptions,
  isRecord,
} from "@symloss/core/engine";
import type { OnnxRuntime, WasmPaths } from "./session.ts";

/** The runtime of the engine, and how it is used. */
export interface OnnxOptions {
  /** The runtime: onnxruntime-web, onnxruntime-node or another module with their interface; by default the WebAssembly build of onnxruntime-web, loaded on demand. */
  readonly ort?: OnnxRuntime;
  /** The execution provider: `["wasm"]` for onnxruntime-web, `["cpu"]` for onnxruntime-node. */
  readonly executionProviders?: readonly string[];
  /** Where onnxruntime-web's WebAssembly files are, if not next to the script. */
  readonly wasmPaths?: WasmPaths;
  /** How many threads a run uses; default 1. */
  readonly numThreads?: number;
}

/** Each is an operating-system thread, started immediately. */
const mostThreads = 256;

const table: OptionTable<OnnxOptions> = {
  ort: {
    must: "a module with the interface of onnxruntime-web",
    holds: isRuntime,
    error: DTypeError,
    help: (value) => (value instanceof Promise ? "Await it." : ""),
  },
  executionProviders: { must: '["wasm"] or ["cpu"]', holds: isProviderList, error: OutOfRangeError },
  wasmPaths: {
    must: "a URL, or a record of the URLs of wasm and mjs",
    holds: (value) => typeof value === "string" || isPathRecord(value),
    error: DTypeError,
  },
  numThreads: {
    must: `an integer from 1 to ${mostThreads}`,
    holds: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= mostThreads,
    error: OutOfRangeError,
  },
};

/** Throws `DTypeError` or `OutOfRangeError` if an option is invalid, and `EngineUnavailableError` for a provider known to give wrong results. */
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

/** Whether a value has the members of a runtime that are used; a promise of a module does not. */
function isRuntime(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { env, InferenceSession, Tensor } = value as Partial<OnnxRuntime>;
  const known = isObject(env) && isObject(env.versions) && isObject(env.wasm);
  return known && typeof InferenceSession?.create === "function" && typeof Tensor === "function";
}

function isObject<T>(value: T | undefined): value is T & object {
  return typeof value === "object" && value !== null;
}
