/** What is a compiled graph? */
import type { Lengths, TypedArray } from "@symloss/core/engine";

/** Elements of an input or for an output: the user's typed array, or the address of an array in the engine's memory. */
export type Place = TypedArray | number;

export interface WasmProgram {
  readonly description: string;
  /** Held between runs. */
  readonly bytes: number;
  run(inputs: readonly Place[], outputs: readonly Place[], lengths: Lengths | undefined): void;
  dispose(): void;
}
