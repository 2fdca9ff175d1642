/** Which addresses are given, and what are the files there called? */
import { OutOfRangeError } from "@symloss/core";
import { describe } from "@symloss/core/engine";

/** An address: a text, or a `URL`. */
export type Address = string | { readonly href: string };

/** Whether it is an address. In a page it may be relative. */
export function isAddress(value: unknown): value is Address {
  return urlOf(value) !== undefined;
}

/** The whole address. Throws `OutOfRangeError`, naming the function, if it is none. */
export function wholeAddress(caller: string, value: unknown): string {
  const url = urlOf(value);
  if (url !== undefined) return url.href;
  throw new OutOfRangeError(`${caller}: addresses must be those of files, got ${describe(value)}.`);
}

function urlOf(value: unknown): URL | undefined {
  const isUrl = typeof value === "object" && value !== null && typeof (value as Partial<URL>).href === "string";
  const text = isUrl ? (value as URL).href : value;
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  return typeof text === "string" && URL.canParse(text, location?.href) ? new URL(text, location?.href) : undefined;
}

/** Names of what is there: the last part of its path, the path, and all of it, which may have a key in it. */
export function namesAt(address: string): readonly string[] {
  const { origin, pathname } = new URL(address);
  return [decoded(pathname.split("/").at(-1)!), `${origin}${pathname}`, address];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A name may have a % of its own.
    return text;
  }
}

/** The path, by whose ending its format is told. */
export function pathAt(address: string): string {
  return new URL(address).pathname;
}
