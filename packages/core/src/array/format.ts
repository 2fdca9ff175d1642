/** How are element types and shapes printed? */
import type { DType } from "./dtype.ts";
import type { Shape } from "./shape.ts";

const letters: Readonly<Record<DType, string>> = { float32: "f32", float64: "f64", int32: "i32", bool: "bool" };

/** How a type is printed: `f32`, `f64`, `i32`, `bool`. */
export function formatDType(dtype: DType): string {
  return letters[dtype];
}

/** `f32[32,10]` */
export function formatType(dtype: DType, shape: Shape): string {
  return `${formatDType(dtype)}${formatShape(shape)}`;
}

/** `[32,10]` */
export function formatShape(shape: Shape): string {
  return `[${shape.join(",")}]`;
}
