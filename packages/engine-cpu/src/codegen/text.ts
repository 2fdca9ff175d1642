/** What may stand in generated text? Everything that comes from a graph enters it here: checked numbers, and names of our own making. */
import { EngineError } from "@symloss/core/engine";
import type { Length, Stride } from "@symloss/loops";

/** What a generated name begins with: buffers, registers, loop indices, totals of logarithms. */
type Word = "b" | "r" | "i" | "l";

/** A number as it is written, in parentheses where its sign would run into one before it. Throws `EngineError` for anything else. */
export function literal(value: number): string {
  if (typeof value !== "number") throw refused("a number", value);
  return value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? "-0" : value})` : `${value}`;
}

/** A whole number: a length, a address, a stride. Throws `EngineError` for anything else. */
export function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw refused("a whole number", value);
  return literal(value);
}

/** A length: the one place that says it. */
export function length(value: Length): string {
  return integer(value);
}

/** A stride: the one place that says it. */
export function stride(value: Stride): string {
  return integer(value);
}

/** A name for the thing of this number. Throws `EngineError` unless that is a whole number from 0. */
export function name(word: Word, number: number): string {
  if (!Number.isSafeInteger(number) || number < 0) throw refused("the number of a name", number);
  return `${word}${number}`;
}

/** Says of what type it was, and never what: it may be anything. */
function refused(what: string, value: unknown): EngineError {
  const got = typeof value === "number" ? `${value}` : `a ${value === null ? "null" : typeof value}`;
  return new EngineError(
    `cpu: what is written into a program must be ${what}, got ${got}. The graph is not one of this library's making.`,
  );
}
