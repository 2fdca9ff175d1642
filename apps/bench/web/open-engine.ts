/** How does the worker make an engine? Each is loaded when it is asked for. */
import type { Engine, EngineFactory } from "@symloss/core";
import { type EngineName, engineNames, engineTable } from "./engines.ts";

/** Makes each engine, or throws with the reason why it does not work here. */
export const factories: Readonly<Record<EngineName, () => Promise<Engine>>> = {
  wasm: async () => (await import("@symloss/engine-wasm")).wasm(),
  cpu: async () => (await import("@symloss/engine-cpu")).cpu(),
  interpreter: async () => (await import("@symloss/engine-cpu")).cpu({ mode: "interpreter" }),
  onnx: async () => (await import("@symloss/engine-onnx")).onnx(),
  gpu: async () => (await import("@symloss/engine-gpu")).gpu(),
};

/** What `selectEngine` is given. */
export const selectable: Readonly<Record<string, EngineFactory>> = Object.fromEntries(
  engineNames.filter((name) => engineTable[name].isSelected).map((name) => [name, factories[name]]),
);
