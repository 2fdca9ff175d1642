/** How are the elements of an array written as JSON, and read from it, bit by bit? */
import { describe, print } from "./describe.ts";
import { type DType, type TypedArray, allocate, isFloat } from "./dtype.ts";
import { DTypeError } from "./errors.ts";
import { isRecord } from "./options.ts";
import { checkDType } from "./type-check.ts";

/** An array as JSON: its elements in row-major order, of which NaN, infinities and -0 are strings, and bools true or false. */
export interface ArrayJSON {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | boolean | string)[];
}

/** An element as JSON. */
export function elementToJSON(value: number, dtype: DType): number | boolean | string {
  if (dtype === "bool") return value !== 0;
  return Number.isFinite(value) && !Object.is(value, -0) ? value : print(value);
}

/** The parts of an array from its parsed JSON; whether the shape is one is not checked. Throws `DTypeError` unless it is exactly that. */
export function partsFromJSON(
  caller: string,
  json: unknown,
): { readonly data: TypedArray; readonly shape: readonly number[]; readonly dtype: DType } {
  const { dtype, shape, data, ...more } = isRecord(json) ? (json as unknown as ArrayJSON) : ({} as ArrayJSON);
  if (!isRecord(json) || Object.keys(more).length > 0) {
    throw new DTypeError(`${caller}: json must be a record of dtype, shape and data, got ${describe(json)}.`);
  }
  checkDType(caller, dtype);
  if (!Array.isArray(data)) throw new DTypeError(`${caller}: data must be a list, got ${describe(data)}.`);
  const elements = allocate(dtype, data.length);
  for (let index = 0; index < data.length; index++) {
    const value: unknown = data[index];
    // Others may have a method that throws.
    elements[index] = ["number", "string", "boolean"].includes(typeof value) ? Number(value) : NaN;
    const element = elements[index]!;
    const isRounded = typeof value === "number" && isFloat(dtype) && Number.isFinite(element);
    if (isRounded || elementToJSON(element, dtype) === value) continue;
    throw new DTypeError(`${caller}: data must hold ${dtype} as toJSON writes it, got ${print(value)} at [${index}].`);
  }
  return { data: elements, shape, dtype };
}
