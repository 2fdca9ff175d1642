/** What does the engine declare about itself, before one is created? */
import type { EngineTraits } from "@symloss/core/engine";
import { gpuOperations } from "./plan/operations.ts";

/** The traits of every engine that `gpu` creates: integers are exact up to 2^24, and graphics cards don't guarantee NaN and infinities. */
export const gpuTraits: EngineTraits = {
  dtypes: ["float32", "int32", "bool"],
  operations: gpuOperations,
  precision: "gpu",
  nonFinite: "unspecified",
  rowIndependent: false,
  synchronous: false,
  namedDimensions: false,
};
