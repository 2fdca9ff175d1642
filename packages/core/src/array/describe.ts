/** How does a message show an unexpected value? */
import type { Shape } from "./shape.ts";
import { type ArrayType, formatType } from "./type.ts";
import { isBranded } from "./brand.ts";
import { isDeviceArray } from "./device-array.ts";

/** How many characters, names and elements a message shows. */
const longest = { text: 60, list: 8 };

/** `the string "abc"`, `a list`, `a record of a, b`, `the Tensor f32[3]`. Never throws, whatever the value. */
export function describe(value: unknown): string {
  if (typeof value === "string") return `the string ${quote(value)}`;
  if (typeof value === "bigint") return `the bigint ${shorten(String(value))}`;
  if (typeof value === "symbol") return shorten(String(value));
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return describeObject(value);
  } catch {
    // A proxy, or a getter that throws.
    return "an object";
  }
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return "a list";
  if (value instanceof Promise) return "a promise";
  for (const kind of ["Tensor", "NDArray"] as const) {
    if (!isBranded(value, kind)) continue;
    const { dtype, shape } = value as ArrayType<Shape>;
    return `the ${kind} ${formatType(dtype, shape)}`;
  }
  if (isDeviceArray(value)) return `a device array ${formatType(value.dtype, value.shape)}`;
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name: string } } | null;
  if (prototype === null || prototype === Object.prototype) return `a record of ${listNames(Object.keys(value))}`;
  // Bundlers shorten the names of an application's classes, but not those of built-in ones.
  const name = prototype.constructor?.name ?? "";
  const known = (globalThis as unknown as Readonly<Record<string, unknown>>)[name] === prototype.constructor;
  return known ? withArticle(name) : "an object";
}

/** `a Map`, `an Int8Array` */
export function withArticle(name: string): string {
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}

function listNames(names: readonly string[]): string {
  if (names.length === 0) return "nothing";
  const shown = names.slice(0, longest.list).map(shorten).join(", ");
  return names.length > longest.list ? `${shown} and ${names.length - longest.list} more` : shown;
}

/** The value as a literal, `[2,"a"]`, `"abc"`, `1.5`, or as `describe` shows it if it has none. Never throws. */
export function print(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (!Array.isArray(value)) return Object.is(value, -0) ? "-0" : describe(value);
  const items = value.slice(0, longest.list).map((item) => (Array.isArray(item) ? "[..]" : print(item)));
  return `[${items.join(",")}${value.length > longest.list ? ",.." : ""}]`;
}

function quote(text: string): string {
  return JSON.stringify(shorten(text));
}

function shorten(text: string): string {
  return text.length > longest.text ? `${text.slice(0, longest.text)}..` : text;
}
