/** Which arguments are no arrays? Those at the static positions: they are part of what is traced, and another value makes another plan. */
import { describe } from "../array/describe.ts";
import { DTypeError, OutOfRangeError, ShapeError } from "../array/errors.ts";
import { type OptionRule, isRecord } from "../array/options.ts";
import { deepest } from "../array/tree.ts";

/** What a static argument may be: it is printed in the key of a plan. */
export type StaticValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly StaticValue[]
  | { readonly [name: string]: StaticValue };

/** The static arguments of a call, by their positions. */
export type StaticArguments = ReadonlyMap<number, StaticValue>;

/** The rule of static positions. */
export const staticRule: OptionRule = {
  must: "a list of positions of arguments, counted from 0, each once",
  holds: (value) =>
    Array.isArray(value) &&
    Array.from(value).every((position) => Number.isInteger(position) && position >= 0) &&
    new Set(value).size === value.length,
  error: OutOfRangeError,
};

/** The arguments at these positions, as far as they are given, copied. Throws, naming the part, if one can't be static. */
export function takeStatic(caller: string, positions: readonly number[], args: readonly unknown[]): StaticArguments {
  const given = positions.filter((position) => position < args.length);
  return new Map(given.map((position) => [position, hold(caller, `static argument ${position}`, args[position], 0)]));
}

/** The value, which the caller can't change any more. */
function hold(caller: string, path: string, value: unknown, depth: number): StaticValue {
  if (isPrimitive(value)) return value;
  if (depth === deepest) {
    throw new ShapeError(
      `${caller}: ${path} must be nested at most ${deepest} deep, got a deeper list or record, or one that contains itself.`,
    );
  }
  if (Array.isArray(value)) {
    return Object.freeze(Array.from(value, (item, index) => hold(caller, `${path}[${index}]`, item, depth + 1)));
  }
  if (isRecord(value)) {
    const entries = Object.entries(value);
    return Object.freeze(
      Object.fromEntries(entries.map(([name, item]) => [name, hold(caller, `${path}.${name}`, item, depth + 1)])),
    );
  }
  throw new DTypeError(
    `${caller}: ${path} must be a boolean, a number, a string, null, or lists and records of these, got ${describe(value)}. ` +
      "Arrays are given at positions that are not static.",
  );
}

/** The function, given these values at their positions, whatever stands there. */
export function withStatic(
  fn: (...args: never[]) => unknown,
  held: ReadonlyMap<number, unknown>,
): (...args: never[]) => unknown {
  if (held.size === 0) return fn;
  return (...args) => fn(...(args.map((arg, position) => (held.has(position) ? held.get(position) : arg)) as never[]));
}

/** Whether a value is the same as one that is held. */
export function isSame(held: StaticValue, value: unknown): boolean {
  if (isPrimitive(held)) return Object.is(held, value);
  if (Array.isArray(held)) {
    return (
      Array.isArray(value) && value.length === held.length && held.every((item, index) => isSame(item, value[index]))
    );
  }
  if (!isRecord(value)) return false;
  const names = Object.keys(value);
  const entries = Object.entries(held);
  return (
    names.length === entries.length &&
    entries.every(([name, item], index) => names[index] === name && isSame(item, value[name]))
  );
}

/** A key that two lists of static arguments share exactly if they are the same. */
export function staticKey(held: StaticArguments): string {
  return [...held].map(([position, value]) => `${position}=${keyOf(value)}`).join(";");
}

function keyOf(value: StaticValue): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (isPrimitive(value)) return Object.is(value, -0) ? "-0" : String(value);
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`;
  return `{${Object.entries(value)
    .map(([name, item]) => `${JSON.stringify(name)}:${keyOf(item)}`)
    .join()}}`;
}

function isPrimitive(value: unknown): value is string | number | boolean | null | undefined {
  return value === null || value === undefined || ["string", "number", "boolean"].includes(typeof value);
}
