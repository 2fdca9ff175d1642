/** Which element types exist, which typed array holds them, and how do they promote? */

/** An element type. */
export type DType = "float32" | "float64" | "int32" | "bool";

/** The typed array that holds elements of each type; bools are bytes 0 and 1. */
interface TypedArrays {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly bool: Uint8Array;
}

/** A typed array that holds elements, of this type if it is known. */
export type TypedArray<D extends DType = DType> = TypedArrays[D];

/** From narrowest to widest: two types promote to the later one. */
export const dtypes: readonly DType[] = ["bool", "int32", "float32", "float64"];

/** Bytes of one element. */
export const bytesPerElement: Record<DType, number> = { float32: 4, float64: 8, int32: 4, bool: 1 };

/** Whether values of this type can have a gradient. */
export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}

/** The narrowest type that holds both: bool < int32 < float32 < float64. */
export function promote(left: DType, right: DType): DType {
  return dtypes.indexOf(left) > dtypes.indexOf(right) ? left : right;
}

const constructors: { readonly [D in DType]: new (length: number) => TypedArray<D> } = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  bool: Uint8Array,
};

/** A new typed array of `length` zeros of this type. */
export function allocate<D extends DType>(dtype: D, length: number): TypedArray<D> {
  return new constructors[dtype](length);
}

/** Whether this is the kind of typed array that holds elements of this type. */
export function holds<D extends DType>(dtype: D, data: unknown): data is TypedArray<D> {
  const constructor = constructors[dtype] as (typeof constructors)[DType] | undefined;
  return constructor !== undefined && data instanceof constructor;
}

/** The value as an element of this type: rounded to float32, truncated and saturated to int32 (NaN becomes 0), made 0 or 1. */
export function castNumber(value: number, dtype: DType): number {
  switch (dtype) {
    case "float32":
      return Math.fround(value);
    case "float64":
      return value;
    case "int32":
      return toInt32(value);
    case "bool":
      return value === 0 ? 0 : 1;
  }
}

/** Truncates towards zero and saturates; NaN becomes 0. */
function toInt32(value: number): number {
  return Number.isNaN(value) ? 0 : Math.trunc(Math.max(-2147483648, Math.min(2147483647, value)));
}

/** Whether a value is the name of an element type. */
export function isDType(value: unknown): value is DType {
  return dtypes.includes(value as DType);
}

const letters: Readonly<Record<DType, string>> = { float32: "f32", float64: "f64", int32: "i32", bool: "bool" };

/** How a type is printed: `f32`, `f64`, `i32`, `bool`. */
export function formatDType(dtype: DType): string {
  return letters[dtype];
}
