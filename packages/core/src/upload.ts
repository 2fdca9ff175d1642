/** What may be uploaded to an engine? Checked on every engine alike. */
import type { Engine } from "./engine.ts";
import { DTypeError } from "./errors.ts";
import { type NDArray, describe, isNDArray } from "./ndarray.ts";
import { formatType } from "./shape.ts";

/** Throws `DTypeError` for anything but an `NDArray` of a dtype that the engine has. */
export function checkUpload({ name, traits: { dtypes } }: Engine, array: NDArray): void {
  if (!isNDArray(array)) {
    throw new DTypeError(`upload: array must be an NDArray, as ndarray(...) makes it, got ${describe(array)}.`);
  }
  const { dtype, shape } = array;
  if (dtypes.includes(dtype)) return;
  throw new DTypeError(
    `upload: array must have a dtype of engine "${name}" (${dtypes.join(", ")}), got ${formatType(dtype, shape)}.`,
  );
}
