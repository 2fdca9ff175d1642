/** What is the type of an array or a tensor? */
import { type DType, formatDType } from "./dtype.ts";
import { type Shape, formatShape, frozenShape } from "./shape.ts";

/** A dtype and a shape; the lengths of an array are numbers, those of a tensor may be names. */
export interface ArrayType<S extends Shape = readonly number[]> {
  readonly dtype: DType;
  readonly shape: S;
}

/** The types of arrays, or of tensors whose lengths are all numbers. */
export function arrayTypes(list: readonly ArrayType<Shape>[]): ArrayType[] {
  return list.map(({ dtype, shape }) => ({ dtype, shape: frozenShape(shape) as readonly number[] }));
}

/** `f32[32,10]` */
export function formatType(dtype: DType, shape: Shape): string {
  return `${formatDType(dtype)}${formatShape(shape)}`;
}
