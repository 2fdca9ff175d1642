/** Which strings may a model contain, and what are its results called? */
import { OutOfRangeError, isRecord, print } from "@symloss/core/engine";

/** Names in a model: UTF-8 can't encode a lone surrogate, and runtimes end a name at its first NUL. */
export const nameRule = "a non-empty string without control characters or lone surrogates";

/** Other strings in a model. */
export const textRule = "a string without NUL or lone surrogates";

/** Whether a value can be a name. */
export function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && !/[\p{Surrogate}\p{Control}]/u.test(value);
}

/** Whether a value is a string that can be read back unchanged. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && !/[\p{Surrogate}\0]/u.test(value);
}

/** Throws `OutOfRangeError` unless each can be a name; the message says what it names. */
export function requireNames(caller: string, what: string, names: readonly unknown[]): void {
  const wrong = names.findIndex((name) => !isName(name));
  if (wrong === -1) return;
  throw new OutOfRangeError(`${caller}: the name of ${what} must be ${nameRule}, got ${print(names[wrong])}.`);
}

/** Throws `OutOfRangeError` if a name occurs twice. */
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

/** The name of each leaf of a tree: the keys and positions on its path, joined; `output` if the tree is a single leaf. */
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
