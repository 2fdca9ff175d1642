/** On which engines can random graphs be tried in Node? */
import type { EngineFactory } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { onnx } from "@symloss/engine-onnx";
import { wasm } from "@symloss/engine-wasm";

/** The name of an engine that the command accepts. */
export type EngineName = "wasm" | "cpu" | "interpreter" | "onnx";

/** The factory of each. */
export const factories: Readonly<Record<EngineName, EngineFactory>> = {
  wasm,
  cpu: () => cpu({ mode: "codegen" }),
  interpreter: () => cpu({ mode: "interpreter" }),
  onnx,
};

/** Every name. */
export const engineNames: readonly EngineName[] = Object.keys(factories) as EngineName[];
