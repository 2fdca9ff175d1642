/** How do typed arrays in lists become one array? They are its rows. */
import { describe } from "./describe.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import { type Structure, deepest, flatten } from "./tree.ts";
import { type AnyTypedArray, isTypedArray } from "./typed-array.ts";

/** Typed arrays of one length, in a list, or in nested ones. */
export type Rows = readonly (AnyTypedArray | Rows)[];

/** A row, and its path: `values[1]`. */
export interface Row {
  readonly path: string;
  readonly values: AnyTypedArray;
}

/** Whether the first of a list, or of the first list in it, is a typed array. */
export function isRows(value: unknown): value is Rows {
  let first = value;
  for (let depth = 0; Array.isArray(first) && depth < deepest; depth++) first = first[0] as unknown;
  return first !== value && isTypedArray(first);
}

/** The rows in order, and the shape of the array that they make. Throws if they are not all typed arrays, or have not one length. */
export function splitRows(caller: string, argument: string, values: Rows): { rows: readonly Row[]; shape: number[] } {
  const { leaves, structure } = flatten(caller, values, isTypedArray, argument);
  const rows = leaves.map(({ path, value }): Row => {
    if (isTypedArray(value)) return { path, values: value };
    throw new DTypeError(`${caller}: ${path} must be a typed array, as ${leaves[0]!.path} is, got ${describe(value)}.`);
  });
  const { length } = rows[0]!.values;
  const other = rows.find((row) => row.values.length !== length);
  if (other !== undefined) {
    throw new ShapeError(
      `${caller}: ${other.path} must have the length of ${rows[0]!.path}, got ${other.values.length} for ${length}.`,
    );
  }
  return { rows, shape: [...lengthsOf(caller, argument, structure), length] };
}

/** The lengths of nested lists. Throws `ShapeError` if they differ. */
function lengthsOf(caller: string, argument: string, structure: Structure): number[] {
  if (structure === null) return [];
  const items: readonly Structure[] = Array.isArray(structure) ? structure : Object.values(structure);
  const [first = [], ...others] = items.map((item) => lengthsOf(caller, argument, item));
  if (Array.isArray(structure) && others.every((lengths) => `${lengths}` === `${first}`))
    return [items.length, ...first];
  throw new ShapeError(`${caller}: ${argument} must have lists of one length and depth around its rows, got others.`);
}
