/** What does the engine declare of itself? Known before, and wherever, one is made. */
import type { EngineTraits } from "@symloss/core/engine";
import { gpuOperations } from "./plan/operations.ts";

/** The traits of every engine that `gpu` makes: integers are exact to 2^24, and graphics cards don't promise NaN and infinities. */
export const gpuTraits: EngineTraits = {
  dtypes: ["float32", "int32", "bool"],
  operations: gpuOperations,
  precision: "gpu",
  nonFinite: "unspecified",
  rowIndependent: false,
  namedDimensions: false,
};
