/** How does a file, or a part of it, say that it is not as it must be? */
import { DTypeError } from "@symloss/core";

/** What messages name. */
export interface Place {
  /** The function that reads it. */
  readonly caller: string;
  readonly name: string;
}

/** A part of a file: `tensor logits of part-0.safetensors`. */
export function partOf({ caller, name }: Place, part: string): Place {
  return { caller, name: `${part} of ${name}` };
}

/** An error that names the place, what must hold there, and what came. */
export function fileError({ caller, name }: Place, must: string, got: string, cause?: unknown): DTypeError {
  return new DTypeError(`${caller}: ${name} must have ${must}, got ${got}.`, { cause });
}
