/** Which typed arrays, from any realm, are accepted, and what do their elements become? */
import type { DType, TypedArray } from "./dtype.ts";
import { withArticle } from "./describe.ts";
import { DTypeError } from "./errors.ts";

/** The typed arrays that are accepted; elements of other widths are converted. */
export type AnyTypedArray =
  | TypedArray
  | Int8Array
  | Int16Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float16ArrayLike;

/** A `Float16Array`, which not every environment has. */
export interface Float16ArrayLike extends ArrayBufferView {
  readonly [Symbol.toStringTag]: "Float16Array";
  readonly [index: number]: number;
  readonly length: number;
}

/** What the elements of each kind of typed array become, and this realm's constructor. */
interface Kind {
  readonly dtype: DType;
  readonly make: new (buffer: ArrayBufferLike, offset: number, length: number) => AnyTypedArray;
  /** Whether int32 can't hold some elements of this kind. */
  readonly wide?: boolean;
}

/** `Float16Array`, if the environment has it. */
const { Float16Array } = globalThis as { Float16Array?: Kind["make"] };

const kinds: Readonly<Record<string, Kind>> = {
  Float32Array: { dtype: "float32", make: Float32Array },
  Float64Array: { dtype: "float64", make: Float64Array },
  Int32Array: { dtype: "int32", make: Int32Array },
  Int8Array: { dtype: "int32", make: Int8Array },
  Int16Array: { dtype: "int32", make: Int16Array },
  Uint8Array: { dtype: "int32", make: Uint8Array },
  Uint8ClampedArray: { dtype: "int32", make: Uint8ClampedArray },
  Uint16Array: { dtype: "int32", make: Uint16Array },
  Uint32Array: { dtype: "int32", make: Uint32Array, wide: true },
  BigInt64Array: { dtype: "int32", make: BigInt64Array as never, wide: true },
  BigUint64Array: { dtype: "int32", make: BigUint64Array as never, wide: true },
  ...(Float16Array === undefined ? {} : { Float16Array: { dtype: "float32", make: Float16Array } }),
};

// The getter reads the kind an array was created as, in any realm; a prototype or a property can't fake it.
const tag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype) as object, Symbol.toStringTag)!;

/** The kind of a typed array, such as `Float32Array`; undefined for any other value. */
export function typedArrayName(value: unknown): string | undefined {
  return tag.get!.call(value) as string | undefined;
}

/** Whether a value is a typed array of any kind, supported or not. */
export function isTypedArray(value: unknown): value is AnyTypedArray {
  return typedArrayName(value) !== undefined;
}

/** A typed array of this realm, and what its elements are. */
export interface TypedElements {
  readonly values: AnyTypedArray;
  readonly dtype: DType;
  readonly wide: boolean;
}

/**
 * The elements of a typed array, without copying, as a typed array of this realm.
 * Throws `DTypeError`, naming the argument, if its kind is not supported or its buffer was transferred.
 */
export function typedElements(caller: string, argument: string, values: AnyTypedArray): TypedElements {
  const name = typedArrayName(values)!;
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === undefined) {
    const known = Object.keys(kinds).join(", ");
    throw new DTypeError(
      `${caller}: ${argument} must be a typed array of a known kind (${known}), got ${withArticle(name)}.`,
    );
  }
  if (values.length === 0) requireAttached(caller, argument, values, name);
  const { dtype, make, wide = false } = kind;
  const local = values instanceof make ? values : new make(values.buffer, values.byteOffset, values.length);
  return { values: local, dtype, wide };
}

/** A new typed array of the same kind, with zeros. */
export function zerosLike<T extends AnyTypedArray>(values: T, length: number): T {
  const { make } = kinds[typedArrayName(values)!]!;
  return new (make as unknown as new (length: number) => T)(length);
}

/** A transferred array looks empty; only creating a view of its buffer reveals it. */
function requireAttached(caller: string, argument: string, values: AnyTypedArray, name: string): void {
  try {
    new Uint8Array(values.buffer, 0, 0);
  } catch {
    throw new DTypeError(
      `${caller}: ${argument} must hold its elements, got ${withArticle(name)} whose buffer was transferred, to a worker for instance. Give the worker a copy: array.slice().`,
    );
  }
}
