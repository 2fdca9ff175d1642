/** What is the type of an array or a tensor? */
import { type DType, formatDType } from "./dtype.ts";
import { type Shape, formatShape } from "./shape.ts";

/** A dtype and a shape; the lengths of an array are numbers, those of a tensor may be names. */
export interface ArrayType<S extends Shape = readonly number[]> {
  readonly dtype: DType;
  readonly shape: S;
}

/** `f32[32,10]` */
export function formatType(dtype: DType, shape: Shape): string {
  return `${formatDType(dtype)}${formatShape(shape)}`;
}
