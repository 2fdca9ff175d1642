/** How are options and arguments checked? By a table with a rule for each. */
import { DTypeError, OutOfRangeError, type ShapeError } from "./errors.ts";
import { describe, print } from "./describe.ts";
import { unknownName } from "./unknown-name.ts";

/** Which values an option accepts, and how a message says so. */
export interface OptionRule {
  readonly must: string;
  readonly holds: (value: unknown) => boolean;
  /** The error thrown: `DTypeError` for a value of the wrong type, `OutOfRangeError` for one that is not allowed. */
  readonly error: typeof DTypeError | typeof OutOfRangeError | typeof ShapeError;
  /** Whether it must be given; if not, undefined means that it was left out. */
  readonly required?: boolean;
  /** How a message shows the given value; by default as it would be written in code. */
  readonly show?: (value: unknown) => string;
  /** A sentence of help for the given value. */
  readonly help?: (value: unknown) => string;
}

/** The rule of each option, in the order in which a message lists them. */
export type OptionTable<Options> = { readonly [Name in keyof Required<Options>]: OptionRule };

/**
 * Returns the record of options. Throws `DTypeError` if the options are not a record or a value has the wrong type, and
 * `OutOfRangeError` if an option is not in the table or a value is not allowed. If an option has several rules, they are checked in order.
 * `kind` is what messages call the record; undefined counts as an empty one.
 */
export function checkOptions(
  caller: string,
  given: unknown,
  table: Readonly<Record<string, OptionRule | readonly OptionRule[]>>,
  kind = "options",
): Readonly<Record<string, unknown>> {
  const options = given === undefined ? {} : given;
  if (!isRecord(options)) {
    swallow(options);
    throw new DTypeError(`${caller}: ${kind} must be a record, got ${describe(options)}.`);
  }
  const names = Object.keys(table);
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new OutOfRangeError(unknownName(caller, kind, unknown, names));
  for (const [name, rules] of Object.entries(table)) {
    for (const rule of [rules].flat()) {
      const value = options[name];
      if (value === undefined && rule.required !== true) continue;
      requireRule(caller, kind === "options" ? name : `${kind}.${name}`, rule, value);
    }
  }
  return options;
}

/** Throws the rule's error, naming the argument, unless the rule accepts the value. */
export function requireRule(caller: string, argument: string, rule: OptionRule, value: unknown): void {
  if (rule.holds(value)) return;
  swallow(value);
  const got = (rule.show ?? print)(value);
  const help = rule.help?.(value) ?? "";
  throw new rule.error(`${caller}: ${argument} must be ${rule.must}, got ${got}.${help === "" ? "" : ` ${help}`}`);
}

/**
 * Throws `OutOfRangeError` if there are more arguments than names: surplus ones are not ignored. `list` is what the last of them lists, if
 * it may be a list: whoever gave its elements one after the other is told so, with a `DTypeError`.
 */
export function refuseSurplus(
  caller: string,
  given: ArrayLike<unknown>,
  names: readonly string[],
  list?: string,
): void {
  if (given.length <= names.length) return;
  const elements = Array.from(given).slice(names.length - 1);
  if (list !== undefined && elements.every((element) => typeof element === "number" || typeof element === "string")) {
    const text = elements.map(print).join(", ");
    throw new DTypeError(`${caller}: ${list} must be one list, got ${text}. Write [${text}].`);
  }
  throw new OutOfRangeError(`${caller}: the arguments must be ${names.join(", ")}, got ${given.length} of them.`);
}

/** A required function. */
export const functionRule: OptionRule = {
  must: "a function",
  holds: (value) => typeof value === "function",
  error: DTypeError,
  required: true,
};

/** A required record. */
export const recordRule: OptionRule = { must: "a record", holds: isRecord, error: DTypeError, required: true };

/** One axis, several, or all. */
export const axesRule: OptionRule = {
  must: "an integer, a list of integers or null",
  holds: (value) => value === null || typeof value === "number" || Array.isArray(value),
  error: DTypeError,
};

/** One axis. */
export const axisRule: OptionRule = {
  must: "an integer",
  holds: (value) => typeof value === "number",
  error: DTypeError,
};

/** True or false. */
export const flagRule: OptionRule = {
  must: "true or false",
  holds: (value) => typeof value === "boolean",
  error: OutOfRangeError,
};

/** Whether a value is a plain record, and not an array of any kind. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Ignores the rejection of a promise that should not have been passed: the error to report is the caller's. */
export function swallow(value: unknown): void {
  if (value instanceof Promise) value.catch(() => {});
}
