/// <reference lib="esnext.disposable" preserve="true" />
/** What is an array on a device? Defined here without engines, so that messages can describe one. */
import type { DType, TypedArray } from "./dtype.ts";
import type { MaybePromise } from "./promise.ts";

/** An array on the device of an engine of this type. */
export interface DeviceArrayOf<Engine> {
  readonly engine: Engine;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Whether `dispose()` has been called. */
  readonly disposed: boolean;
  /** The elements, as a new typed array. Throws `DisposedError` after `dispose()`. */
  read(): MaybePromise<TypedArray>;
  /** The only element, as a number (a bool as 0 or 1). Throws `ShapeError` unless there is exactly one, and what `read` throws. */
  item(): MaybePromise<number>;
  /** Frees the memory; a second call does nothing. */
  dispose(): void;
  /** The same, at the end of a block: `using handle = await upload([1, 2], { engine })`. */
  [Symbol.dispose](): void;
}

/** Whether a value is an array on the device of any engine. */
export function isDeviceArray<Engine>(value: unknown): value is DeviceArrayOf<Engine> {
  if (typeof value !== "object" || value === null) return false;
  try {
    const { engine, shape, dtype, read, dispose } = value as Partial<DeviceArrayOf<Engine>>;
    const usable = typeof read === "function" && typeof dispose === "function";
    return usable && engine !== undefined && dtype !== undefined && Array.isArray(shape);
  } catch {
    // A getter of another library's object.
    return false;
  }
}
