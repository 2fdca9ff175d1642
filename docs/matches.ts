/** Does an example give the result in its comment? Imports nothing of ours: an example must import what it needs itself. */
import { deepStrictEqual } from "node:assert";

/** Throws unless the result of an example is the one in its comment, to the digits of the comment. */
export function matches(actual: unknown, wanted: unknown): void {
  deepStrictEqual(roundAs(isArray(actual) ? actual.toArray() : actual, wanted), wanted);
}

function isArray(value: unknown): value is { toArray(): unknown } {
  return typeof (value as { readonly toArray?: unknown } | null | undefined)?.toArray === "function";
}

function roundAs(actual: unknown, wanted: unknown): unknown {
  if (Array.isArray(actual) && Array.isArray(wanted)) return actual.map((item, index) => roundAs(item, wanted[index]));
  if (typeof actual !== "number" || typeof wanted !== "number") return actual;
  const digits = (String(wanted).split(".")[1] ?? "").length;
  return Number(actual.toFixed(digits));
}
