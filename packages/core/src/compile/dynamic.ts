/** Which lengths of arguments have a name, so that what is compiled serves all of them? */
import { OutOfRangeError, ShapeError } from "../array/errors.ts";
import { type OptionRule, isRecord } from "../array/options.ts";
import type { Lengths, Shape } from "../array/shape.ts";
import { type ArrayType, formatType } from "../array/type.ts";

/** A length that may be another in each call. */
export interface DynamicLength {
  /** The position of the argument. If it is a list or record of arrays, each has the length. */
  readonly argument: number;
  /** Which of its axes; negative ones count from the last. */
  readonly axis: number;
  /** Lengths of one name are equal in a call. */
  readonly name: string;
}

/** The rule of dynamic lengths. */
export const dynamicRule: OptionRule = {
  must: 'a list of lengths such as { argument: 0, axis: 0, name: "batch" }',
  holds: (value) => Array.isArray(value) && Array.from(value).every(isDynamicLength),
  error: OutOfRangeError,
};

function isDynamicLength(value: unknown): boolean {
  if (!isRecord(value) || Object.keys(value).length !== 3) return false;
  const { argument, axis, name } = value;
  return Number.isInteger(argument) && (argument as number) >= 0 && Number.isInteger(axis) && isName(name);
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/** An array of a call, and the position of the argument that it belongs to. */
interface Given extends ArrayType {
  readonly position: number;
  readonly path: string;
}

/** The types of the arrays with names in place of lengths, and the length of each name. */
export interface NamedTypes {
  readonly types: readonly ArrayType<Shape>[];
  readonly lengths: Lengths;
}

/** Throws `ShapeError`, naming the argument, if one has not the axis, or not the length that others have for the name. */
export function nameLengths(caller: string, dynamic: readonly DynamicLength[], given: readonly Given[]): NamedTypes {
  const met = new Map<string, { readonly length: number; readonly path: string }>();
  const types = given.map(({ dtype, shape, position, path }) => {
    const named = [...shape] as (number | string)[];
    for (const { axis, name } of dynamic.filter(({ argument }) => argument === position)) {
      const at = axis < 0 ? axis + shape.length : axis;
      const length = shape[at];
      if (length === undefined) {
        throw new ShapeError(
          `${caller}: ${path} must have axis ${axis}, whose length is "${name}", got ${formatType(dtype, shape)}.`,
        );
      }
      const first = met.get(name) ?? { length, path };
      if (first.length !== length) {
        throw new ShapeError(
          `${caller}: ${path} must have ${first.length} along axis ${axis}, as ${first.path} has for "${name}", got ${formatType(dtype, shape)}.`,
        );
      }
      met.set(name, first);
      named[at] = name;
    }
    return { dtype, shape: named };
  });
  return { types, lengths: Object.fromEntries([...met].map(([name, { length }]) => [name, length])) };
}
