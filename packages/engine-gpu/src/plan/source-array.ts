/** What is an array that exists before the kernels run? */
import type { DType, TypedArray } from "@symloss/core/engine";

/** An input, or, with `data`, a constant. */
export interface SourceArray {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data?: TypedArray;
}
