/** What may generated text contain? Everything that comes from a graph passes through here: checked numbers, and names of our own making. */
import { EngineError } from "@symloss/core/engine";

/** What a generated name begins with: buffers, registers, loop indices, totals of logarithms, lengths that are given to each run. */
type Word = "b" | "r" | "i" | "l" | "n";

/** A number as a literal, in parentheses if its sign could run into one before it. Throws `EngineError` for anything else. */
export function literal(value: number): string {
  if (typeof value !== "number") throw refused("a number", value);
  return value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? "-0" : value})` : `${value}`;
}

/** A whole number. Throws `EngineError` for anything else. */
export function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw refused("a whole number", value);
  return literal(value);
}

/** A name for the thing of this number. Throws `EngineError` unless that is a whole number from 0. */
export function name(word: Word, number: number): string {
  if (!Number.isSafeInteger(number) || number < 0) throw refused("the number of a name", number);
  return `${word}${number}`;
}

/** Names the type of what came, never the value: that may be anything. */
function refused(what: string, value: unknown): EngineError {
  const got = typeof value === "number" ? `${value}` : `a ${value === null ? "null" : typeof value}`;
  return new EngineError(
    `cpu: what is written into a program must be ${what}, got ${got}. The graph is not one of this library's making.`,
  );
}
