/** Which texts may a model carry, and what are its results called? */
import { OutOfRangeError, isRecord, print } from "@symloss/core/engine";

/** Names as a model carries them: UTF-8 can't say half of a surrogate pair, and runtimes end a name where its first NUL is. */
export const nameRule = "a text of at least one character, without control characters and halves of surrogate pairs";

/** Texts as a model carries them. */
export const textRule = "a text without NUL and halves of surrogate pairs";

/** Whether a value can be a name. */
export function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && !/[\p{Surrogate}\p{Control}]/u.test(value);
}

/** Whether a value is a text that comes back as it was. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && !/[\p{Surrogate}\0]/u.test(value);
}

/** Throws `OutOfRangeError` unless each can be a name; the message says what it was for. */
export function requireNames(caller: string, what: string, names: readonly unknown[]): void {
  const wrong = names.findIndex((name) => !isName(name));
  if (wrong === -1) return;
  throw new OutOfRangeError(`${caller}: the name of ${what} must be ${nameRule}, got ${print(names[wrong])}.`);
}

/** Throws `OutOfRangeError` for a name that stands twice. */
export function requireDifferent(caller: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new OutOfRangeError(
        `${caller}: inputs and outputs must have different names, got ${print(name)} twice. Choose others with outputs.`,
      );
    }
    seen.add(name);
  }
}

/** The name of each leaf of a tree: the keys and positions that lead to it, joined; `output` for a tree that is a leaf. */
export function leafNames(structure: unknown): string[] {
  const names: string[] = [];
  const walk = (node: unknown, name: string | undefined): void => {
    if (Array.isArray(node) || isRecord(node)) {
      for (const [key, inner] of Object.entries(node)) walk(inner, name === undefined ? key : `${name}_${key}`);
    } else {
      names.push(name ?? "output");
    }
  };
  walk(structure, undefined);
  return names;
}
