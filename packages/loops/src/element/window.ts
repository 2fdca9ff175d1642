/** Where in a buffer do the elements of a tensor lie? */
import { type Length, addLengths, isSameLength } from "../program/length.ts";
import type { Buffer } from "../program/program.ts";
import { combine, zero } from "./affine.ts";
import type { ElementBuilder } from "./builder.ts";
import type { Affine } from "./element.ts";

/** The elements of a tensor, row-major; where the first of them is may depend on counters. */
export interface Window {
  readonly buffer: Buffer;
  readonly constant: Length;
  readonly terms: readonly { readonly counter: Buffer; readonly stride: Length }[];
}

/** The window that begins where its buffer does. */
export function whole(buffer: Buffer): Window {
  return { buffer, constant: 0, terms: [] };
}

/** Whether a window of this size is all of its buffer. */
export function isWhole({ buffer, constant, terms }: Window, size: Length): boolean {
  return constant === 0 && terms.length === 0 && isSameLength(buffer.size, size);
}

/** The window, moved by a constant and by a counter times a stride. */
export function shifted(window: Window, by: Length, counter?: Buffer, stride: Length = 0): Window {
  const terms = counter === undefined ? window.terms : [...window.terms, { counter, stride }];
  return { ...window, constant: addLengths(window.constant, by), terms };
}

/** The place in the buffer of what is at this offset in the window. */
export function placeIn({ constant, terms }: Window, offset: Affine, builder: ElementBuilder): Affine {
  if (constant === 0 && terms.length === 0) return offset;
  const others = terms.map(({ counter, stride }) => ({ element: builder.load(counter, zero), stride }));
  return combine([
    [offset, 1],
    [{ constant, terms: [], others }, 1],
  ]);
}
