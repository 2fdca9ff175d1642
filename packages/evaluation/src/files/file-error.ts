/** How does a file, or a part of it, say that it is not as it must be? */
import { DTypeError } from "@symloss/core";

/** An error that names the place, what must hold there, and what came. */
export function fileError(place: string, must: string, got: string, cause?: unknown): DTypeError {
  return new DTypeError(`files: ${place} must have ${must}, got ${got}.`, { cause });
}
