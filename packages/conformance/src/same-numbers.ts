/** Are two arrays that were computed in different ways the same, but for rounding? */
import type { Engine, NDArray } from "@symloss/core";
import { expectArray } from "./compare.ts";
import { allowedBy, toleranceOf } from "./tolerance.ts";

/**
 * Throws `ConformanceError` unless the engine's array is the one that is wanted, within the tolerance of whole formulas. `least` is the
 * magnitude of terms that may have cancelled in a sum; default 0.
 */
export function expectSameNumbers(engine: Engine, what: string, got: NDArray, want: NDArray, least = 0): void {
  const { shape, data, dtype } = want;
  const allowed = allowedBy(toleranceOf(engine.traits.precision, dtype), [...data, least]);
  expectArray(what, got, { shape, dtype, values: data, allowed });
}
