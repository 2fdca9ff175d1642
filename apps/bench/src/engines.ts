/** Which engines does the bench know, and which of them works here? */
import { type Engine, type EngineFactory, type Selection, selectEngine } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { onnx } from "@symloss/engine-onnx";

/** The name of an engine. */
export type EngineName = "cpu" | "onnx";

/** Every engine, in the order in which they are tried. */
const factories: Readonly<Record<EngineName, EngineFactory>> = { cpu, onnx };

/** The names of the engines, in the order in which they are tried. */
export const engineNames: readonly EngineName[] = Object.keys(factories) as EngineName[];

/** The engine of that name, or without a name the first that works here; throws `EngineUnavailableError`, with every reason, where none does. */
export function chooseEngine(name: EngineName | undefined): Promise<Selection> {
  // Who names an engine wants it, also where its device only pretends to be hardware.
  return name === undefined ? selectEngine(factories) : selectEngine(factories, { require: name, allowSoftware: true });
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
