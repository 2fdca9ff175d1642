/** What may be uploaded to an engine? The check is the same for every engine. */
import { formatType } from "../array/type.ts";
import type { Engine } from "./contract.ts";
import { DTypeError } from "../array/errors.ts";
import { describe } from "../array/describe.ts";
import { type NDArray, type SoundArray, isNDArray, soundArray } from "../array/ndarray.ts";

/** The array, with its elements in a typed array of this realm. Throws `DTypeError` unless it is a valid `NDArray` of a dtype that the engine supports. */
export function checkUpload({ name, traits: { dtypes } }: Engine, array: NDArray): SoundArray {
  if (!isNDArray(array)) {
    throw new DTypeError(`upload: array must be an NDArray, as returned by ndarray(...), got ${describe(array)}.`);
  }
  const sound = soundArray("upload", "array", array);
  const { dtype, shape } = sound;
  if (dtypes.includes(dtype)) return sound;
  throw new DTypeError(
    `upload: array must have a dtype of engine "${name}" (${dtypes.join(", ")}), got ${formatType(dtype, shape)}.`,
  );
}
