/** How does a function know the lengths that a run is given? Each name has an entry in the table at the beginning of the memory. */
import { type Expression, i32, int, load } from "../assembler/expression.ts";
import type { FunctionWriter } from "../assembler/function.ts";
import type { Length } from "@symloss/loops";

/** Writes a length as a number; the function begins with the loads of all names. */
export function lengthWriter(
  writer: FunctionWriter,
  memory: Expression<"i32">,
  entries: ReadonlyMap<string, number>,
): (length: Length) => Expression<"i32"> {
  const locals = new Map(
    [...entries].map(([name, entry]) => [name, writer.define(load("i32.load", memory, 4 * entry))]),
  );
  return (length) => {
    if (typeof length === "number") return int(length);
    return length.terms
      .map(({ factor, names }) => {
        const factors: Expression<"i32">[] = names.map((name) => locals.get(name)!);
        if (factor !== 1 || factors.length === 0) factors.push(int(factor));
        return factors.reduce((left, right) => i32.mul(left, right));
      })
      .reduce((left, right) => i32.add(left, right));
  };
}
