/** What is the same in each mode of the engine, and how does the interpreter run graphs? */
import {
  type Engine,
  type EngineTraits,
  type HostEngine,
  allOperations,
  hostEngine,
  selfTest,
} from "@symloss/core/engine";
import { planGraph } from "./plan.ts";

/** What runs, how it is described, and whether lengths may have names. */
export interface Mode extends Pick<HostEngine, "device" | "compile">, Pick<EngineTraits, "namedDimensions"> {}

/** Each operation by itself, as it is defined. */
export const interpreting: Mode = { device: "interpreter", compile: planGraph, namedDimensions: false };

/** The engine in this mode. Throws `EngineUnavailableError` if the self-test fails. */
export async function openEngine({ device, compile, namedDimensions }: Mode): Promise<Engine> {
  const engine = hostEngine({
    name: "cpu",
    device,
    traits: {
      dtypes: ["float32", "float64", "int32", "bool"],
      operations: allOperations,
      precision: "float32",
      nonFinite: "strict",
      rowIndependent: true,
      synchronous: true,
      namedDimensions,
    },
    compile,
  });
  await selfTest(engine);
  return engine;
}
