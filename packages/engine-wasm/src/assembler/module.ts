/** How do functions become a module? */
import { Bytes, unsigned } from "./bytes.ts";
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
  const types = new Map<string, { readonly index: number; readonly bytes: readonly number[] }>();
  const typeOf = (signature: Signature): number => {
    const bytes = typeBytesOf(signature);
    const key = bytes.join();
    if (!types.has(key)) types.set(key, { index: types.size, bytes });
    return types.get(key)!.index;
  };
  const numbers = signatures.map(typeOf);
  const out = new Bytes();
  out.append([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  section(out, 1, [...types.values()], ({ bytes }, content) => content.append(bytes));
  section(out, 2, [undefined, ...imports], (each, content, index) => {
    content.text(importModule);
    content.text(each?.name ?? memoryName);
    if (each === undefined) content.append([0x02, 0x00, 0x00]);
    else content.append([0x00, ...unsigned(numbers[index - 1]!)]);
  });
  section(out, 3, functions, (_, content, index) => content.unsigned(numbers[imports.length + index]!));
  const exported = functions.flatMap(({ name }, index) => (name === undefined ? [] : [{ name, index }]));
  section(out, 7, exported, ({ name, index }, content) => {
    content.text(name);
    content.append([0x00, ...unsigned(imports.length + index)]);
  });
  section(out, 10, functions, ({ writer }, content) => content.sized(writer.body()));
  return out.view;
}

function typeBytesOf({ parameters, result }: Signature): readonly number[] {
  const results = result === undefined ? [0] : [1, typeBytes[result]];
  return [0x60, ...unsigned(parameters.length), ...parameters.map((type) => typeBytes[type]), ...results];
}

function section<T>(
  out: Bytes,
  id: number,
  items: readonly T[],
  write: (item: T, content: Bytes, index: number) => void,
): void {
  const content = new Bytes();
  content.unsigned(items.length);
  for (const [index, item] of items.entries()) write(item, content, index);
  out.push(id);
  out.sized(content.view);
}
