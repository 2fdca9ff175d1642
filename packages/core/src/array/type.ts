/** What type has an array or a tensor? */
import type { DType } from "./dtype.ts";
import { type Shape, frozenShape } from "./shape.ts";

/** The dtype and the shape: of arrays lengths are numbers, of tensors they may be names. */
export interface ArrayType<S extends Shape = readonly number[]> {
  readonly dtype: DType;
  readonly shape: S;
}

/** The types alone of arrays and tensors whose lengths are known. */
export function arrayTypes(list: readonly ArrayType<Shape>[]): ArrayType[] {
  return list.map(({ dtype, shape }) => ({ dtype, shape: frozenShape(shape) as readonly number[] }));
}
