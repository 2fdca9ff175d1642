/** Which options does a function of the package take, and what may each be? */
import { DTypeError, OutOfRangeError, type ShapeError } from "./errors.ts";
import { describe, print } from "./describe.ts";

/** What an option may be, and how a message says so. */
export interface OptionRule {
  readonly must: string;
  readonly holds: (value: unknown) => boolean;
  /** What is thrown: a value of another type, or one that is not allowed. */
  readonly error: typeof DTypeError | typeof OutOfRangeError | typeof ShapeError;
  /** Whether it must be given; else undefined is as good as nothing. */
  readonly required?: boolean;
  /** A sentence for what came. */
  readonly help?: (value: unknown) => string;
}

/** The rule of each option, in the order in which a message lists them. */
export type OptionTable<Options> = { readonly [Name in keyof Required<Options>]: OptionRule };

/**
 * Throws `DTypeError` for options that are no record and for a value of another type, `OutOfRangeError` for an option that
 * the table does not name and for a value that is not allowed. `kind` is what messages call the record; nothing given is an empty one.
 */
export function checkOptions(
  caller: string,
  given: unknown,
  table: Readonly<Record<string, OptionRule>>,
  kind = "options",
): void {
  const options = given === undefined ? {} : given;
  if (!isRecord(options)) {
    swallow(options);
    throw new DTypeError(`${caller}: ${kind} must be a record, got ${describe(options)}.`);
  }
  const rules = Object.entries(table);
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(table, name));
  if (unknown !== undefined) {
    throw new OutOfRangeError(
      `${caller}: ${kind} must be among ${rules.map(([name]) => name).join(", ")}, got ${print(unknown)}.`,
    );
  }
  for (const [name, rule] of rules) {
    const value = options[name];
    if (value === undefined && rule.required !== true) continue;
    requireRule(caller, kind === "options" ? name : `${kind}.${name}`, rule, value);
  }
}

/** Throws the rule's error, naming the argument, unless the value is what it must be. */
export function requireRule(caller: string, argument: string, rule: OptionRule, value: unknown): void {
  if (rule.holds(value)) return;
  swallow(value);
  const got = print(value);
  const help = rule.help?.(value) ?? "";
  throw new rule.error(`${caller}: ${argument} must be ${rule.must}, got ${got}.${help === "" ? "" : ` ${help}`}`);
}

/** Throws `OutOfRangeError` for arguments beyond those that have a name: what is not known is not ignored. */
export function refuseSurplus(caller: string, given: ArrayLike<unknown>, names: readonly string[]): void {
  if (given.length <= names.length) return;
  throw new OutOfRangeError(`${caller}: the arguments must be ${names.join(", ")}, got ${given.length} of them.`);
}

/** A function, which must be given. */
export const functionRule: OptionRule = {
  must: "a function",
  holds: (value) => typeof value === "function",
  error: DTypeError,
  required: true,
};

/** A record, which must be given. */
export const recordRule: OptionRule = { must: "a record", holds: isRecord, error: DTypeError, required: true };

/** An axis, several or all. */
export const axesRule: OptionRule = {
  must: "an integer, a list of integers or null",
  holds: (value) => value === null || typeof value === "number" || Array.isArray(value),
  error: DTypeError,
};

/** True or false. */
export const flagRule: OptionRule = {
  must: "true or false",
  holds: (value) => typeof value === "boolean",
  error: OutOfRangeError,
};

/** A plain record, and not an array of any kind. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Leaves unheard what a promise goes on to throw: it is not the fault to tell of. */
export function swallow(value: unknown): void {
  if (value instanceof Promise) value.catch(() => {});
}
