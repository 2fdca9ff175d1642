/** Which engines does the bench know, and which of them work here? A new engine is one row. */
import { type Engine, type EngineFactory, type Selection, selectEngine } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { type OnnxRuntime, onnx } from "@symloss/engine-onnx";
import { wasm } from "@symloss/engine-wasm";
import { importPeer } from "./contenders/peers.ts";
import type { Workload } from "./examples/example.ts";

/** What the bench knows of an engine. */
interface EngineRow {
  readonly summary: string;
  /** Whether it takes part where nobody names one. */
  readonly usual: boolean;
  /** Loads what is heavy only when it is called. */
  readonly make: EngineFactory;
}

/** In the order in which they are tried. */
const rows = {
  wasm: { summary: "loops compiled to WebAssembly SIMD", usual: true, make: (): Promise<Engine> => wasm() },
  cpu: { summary: "loops generated as JavaScript", usual: true, make: (): Promise<Engine> => cpu() },
  interpreter: {
    summary: "engine cpu without generated code, operation by operation",
    usual: false,
    make: (): Promise<Engine> => cpu({ mode: "interpreter" }),
  },
  onnx: { summary: "ONNX Runtime's WebAssembly", usual: true, make: (): Promise<Engine> => onnx() },
  "onnx-native": {
    summary: "ONNX Runtime's native build, if onnxruntime-node is installed",
    usual: false,
    make: async (): Promise<Engine> => onnx({ ort: (await importPeer<OnnxRuntime>("onnxruntime-node")).module }),
  },
} as const;

/** The name of an engine. */
export type EngineName = keyof typeof rows;

/** Every engine, by name. */
export const engineTable: Readonly<Record<EngineName, EngineRow>> = rows;

/** The names of the engines. */
export const engineNames: readonly EngineName[] = Object.keys(engineTable) as EngineName[];

/** The names of those that take part where nobody names one, in the order in which they are tried. */
export const usualEngineNames: readonly EngineName[] = engineNames.filter((name) => engineTable[name].usual);

/**
 * The engine of that name, the usual one that runs this workload the fastest, or without a choice the first usual one that works here.
 * Throws `EngineUnavailableError`, with every reason, if there is none.
 */
export function chooseEngine(choice: EngineName | "fastest" | undefined, workload: Workload): Promise<Selection> {
  if (choice === undefined) return selectEngine(factoriesOf(usualEngineNames));
  if (choice === "fastest") return selectEngine(factoriesOf(usualEngineNames), { fastest: workload });
  // Whoever names an engine wants it, even if its device only pretends to be hardware.
  return selectEngine(factoriesOf([choice]), { require: choice, allowSoftware: true });
}

function factoriesOf(names: readonly EngineName[]): Readonly<Record<string, EngineFactory>> {
  return Object.fromEntries(names.map((name) => [name, engineTable[name].make]));
}

/** Every usual engine that works here, and why the others do not. */
export async function openEngines(): Promise<{
  engines: Engine[];
  unavailable: { name: EngineName; reason: string }[];
}> {
  const engines: Engine[] = [];
  const unavailable: { name: EngineName; reason: string }[] = [];
  for (const name of usualEngineNames) {
    try {
      engines.push(await engineTable[name].make());
    } catch (error) {
      unavailable.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { engines, unavailable };
}
