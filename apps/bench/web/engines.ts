/** Which engines does the page know? */
import type { PageEngineName } from "../src/race/participants.ts";

/** What the page knows of an engine. */
interface EngineRow {
  readonly summary: string;
  /** Whether `selectEngine` is given it; the interpreter is the engine cpu in another mode. */
  readonly isSelected: boolean;
  /** Whether a call with results on the device may return before they are computed. */
  readonly isDeferred: boolean;
}

/** Every engine, in the order in which `selectEngine` is given them. */
export const engineTable = {
  wasm: { summary: "loops compiled to WebAssembly SIMD", isSelected: true, isDeferred: false },
  cpu: { summary: "loops generated as JavaScript", isSelected: true, isDeferred: false },
  interpreter: {
    summary: "engine cpu without generated code, operation by operation",
    isSelected: false,
    isDeferred: false,
  },
  onnx: { summary: "ONNX Runtime's WebAssembly", isSelected: true, isDeferred: false },
  gpu: { summary: "WebGL, through gpu.js", isSelected: true, isDeferred: true },
} as const satisfies Readonly<Record<PageEngineName, EngineRow>>;

/** The name of an engine of the page. */
export type EngineName = PageEngineName;

/** The names of the engines. */
export const engineNames: readonly EngineName[] = Object.keys(engineTable) as EngineName[];

/** The engine of that name; undefined if there is none. */
export function findEngine(name: string | null): EngineName | undefined {
  return engineNames.find((known) => known === name);
}
