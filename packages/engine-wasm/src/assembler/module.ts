/** How do functions become a module? */
import { append, writeUnsigned } from "./bytes.ts";
import type { FunctionWriter, Signature } from "./function.ts";
import { typeBytes } from "./instructions.ts";

/** A function that is given to a module, called by its number: the imports come first. */
export interface Import {
  readonly name: string;
  readonly signature: Signature;
}

/** The name under which a module is given its memory and its functions. */
export const importModule = "e";

/** The name of the memory. */
export const memoryName = "memory";

/** The bytes of a module that imports a memory and functions, and exports its own by name. */
export function writeModule(
  imports: readonly Import[],
  functions: readonly { readonly name: string | undefined; readonly writer: FunctionWriter }[],
): Uint8Array<ArrayBuffer> {
  const signatures = [...imports.map(({ signature }) => signature), ...functions.map(({ writer }) => writer.signature)];
  const types = signatures.map(writeType);
  const distinct = [...new Map(types.map((type) => [type.join(), type])).values()];
  const keys = distinct.map((type) => type.join());
  const typeOf = (index: number): number => keys.indexOf(types[index]!.join());
  const out = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  section(out, 1, distinct);
  section(out, 2, [
    [...text(importModule), ...text(memoryName), 0x02, 0x00, 0x00],
    ...imports.map(({ name }, index) => [...text(importModule), ...text(name), 0x00, ...number(typeOf(index))]),
  ]);
  section(
    out,
    3,
    functions.map((_, index) => number(typeOf(imports.length + index))),
  );
  section(
    out,
    7,
    functions.flatMap(({ name }, index) =>
      name === undefined ? [] : [[...text(name), 0x00, ...number(imports.length + index)]],
    ),
  );
  section(
    out,
    10,
    functions.map(({ writer }) => {
      const body = writer.body();
      const entry = number(body.length);
      append(entry, body);
      return entry;
    }),
  );
  return Uint8Array.from(out);
}

function writeType({ parameters, result }: Signature): readonly number[] {
  const results = result === undefined ? [0] : [1, typeBytes[result]];
  return [0x60, ...number(parameters.length), ...parameters.map((type) => typeBytes[type]), ...results];
}

function section(out: number[], id: number, items: readonly (readonly number[])[]): void {
  const content = number(items.length);
  for (const item of items) append(content, item);
  out.push(id);
  writeUnsigned(out, content.length);
  append(out, content);
}

function number(value: number): number[] {
  const out: number[] = [];
  writeUnsigned(out, value);
  return out;
}

function text(characters: string): number[] {
  return [...number(characters.length), ...Array.from(characters, (character) => character.charCodeAt(0))];
}
