/** Which engines does the page know? */

/** What the page knows of an engine. */
interface EngineRow {
  readonly summary: string;
  /** Whether `selectEngine` is given it; the interpreter is the engine cpu in another mode. */
  readonly isSelected: boolean;
}

/** Every engine, in the order in which `selectEngine` is given them. */
export const engineTable = {
  wasm: { summary: "loops compiled to WebAssembly SIMD", isSelected: true },
  cpu: { summary: "loops generated as JavaScript", isSelected: true },
  interpreter: { summary: "engine cpu without generated code, operation by operation", isSelected: false },
  onnx: { summary: "ONNX Runtime's WebAssembly", isSelected: true },
  gpu: { summary: "WebGL, through gpu.js", isSelected: true },
} as const satisfies Readonly<Record<string, EngineRow>>;

/** The name of an engine of the page. */
export type EngineName = keyof typeof engineTable;

/** The names of the engines. */
export const engineNames: readonly EngineName[] = Object.keys(engineTable) as EngineName[];

/** The engine of that name; undefined if there is none. */
export function findEngine(name: string | null): EngineName | undefined {
  return engineNames.find((known) => known === name);
}
