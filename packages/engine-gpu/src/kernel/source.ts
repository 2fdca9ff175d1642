/** What may appear in a kernel's source? Text of our own, integers and finite numbers: nothing else from a graph gets in. */
import { EngineError } from "@symloss/core/engine";

declare const brand: unique symbol;

/** Kernel source, which only this file creates. */
export type Source = string & { readonly [brand]: true };

/** The text with the sources inserted. */
export function source(texts: TemplateStringsArray, ...parts: readonly Source[]): Source {
  return trust(texts.map((text, index) => text + (parts[index] ?? "")).join(""));
}

/** An integer. Throws `EngineError` for anything else, which a graph made by hand may contain. */
export function integerSource(value: number): Source {
  if (Number.isSafeInteger(value)) return trust(value < 0 ? `(${value})` : String(value + 0));
  throw new EngineError(
    `compile: lengths and offsets in a graph must be whole numbers, got a ${typeof value} that is not a whole number.`,
  );
}

/** A number that reads back as the same float32. Throws `EngineError` if it is not a number. */
export function numberSource(value: number): Source {
  if (typeof value !== "number") {
    throw new EngineError(`compile: constants in a graph must be numbers, got a ${typeof value}.`);
  }
  if (Number.isNaN(value)) return trust("notANumber()");
  const rounded = Math.fround(value);
  if (Math.abs(rounded) === Infinity) return trust(rounded > 0 ? "infinity()" : "(-infinity())");
  return trust(rounded < 0 || Object.is(rounded, -0) ? `(-${-rounded})` : String(rounded));
}

/** The letter of its kind, and its number. */
export function nameSource(letter: "a" | "i" | "s" | "t" | "v", number: number): Source {
  return source`${trust(letter)}${integerSource(number)}`;
}

/** A call of a function of the shader or of gpu.js. */
export function callSource(name: string, operands: readonly Source[]): Source {
  if (!/^[A-Za-z][\w.]*$/.test(name)) throw new TypeError("kernel: a function must have a name of letters.");
  return source`${trust(name)}(${joinSources(operands, ", ")})`;
}

/** The sources, one after another. */
export function joinSources(parts: readonly Source[], separator: ", " | " * " | "+" | "\n"): Source {
  return trust(parts.join(separator));
}

/** An arithmetic operator. */
export function operatorSource(operator: "+" | "-" | "*" | "/"): Source {
  return trust(operator);
}

function trust(text: string): Source {
  return text as Source;
}
