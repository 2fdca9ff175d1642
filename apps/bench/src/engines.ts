/** Which engines does the bench know, and which of them works here? */
import { type Engine, type EngineFactory, type Selection, selectEngine } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { onnx } from "@symloss/engine-onnx";
import { wasm } from "@symloss/engine-wasm";
import type { Workload } from "./examples/example.ts";

/** The name of an engine. */
export type EngineName = "wasm" | "cpu" | "onnx";

/** Every engine, in the order in which they are tried. */
const factories: Readonly<Record<EngineName, EngineFactory>> = { wasm, cpu, onnx };

/** The names of the engines, in the order in which they are tried. */
export const engineNames: readonly EngineName[] = Object.keys(factories) as EngineName[];

/**
 * The engine of that name, the one that runs this workload the fastest, or without a choice the first that works here. Throws
 * `EngineUnavailableError`, with every reason, if there is none.
 */
export function chooseEngine(choice: EngineName | "fastest" | undefined, workload: Workload): Promise<Selection> {
  if (choice === undefined) return selectEngine(factories);
  if (choice === "fastest") return selectEngine(factories, { fastest: workload });
  // Whoever names an engine wants it, even if its device only pretends to be hardware.
  return selectEngine(factories, { require: choice, allowSoftware: true });
}

/** Every engine that works here, and why the others do not. */
export async function openEngines(): Promise<{
  engines: Engine[];
  unavailable: { name: EngineName; reason: string }[];
}> {
  const engines: Engine[] = [];
  const unavailable: { name: EngineName; reason: string }[] = [];
  for (const name of engineNames) {
    try {
      engines.push(await factories[name]());
    } catch (error) {
      unavailable.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { engines, unavailable };
}
