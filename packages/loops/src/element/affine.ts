/** How are affine functions of loop indices made, added, and told apart? */
import { type Length, addLengths, lengthKey, multiplyLengths } from "../program/length.ts";
import type { Affine, Element, Label } from "./element.ts";

/** 0 */
export const zero: Affine = { constant: 0, terms: [], others: [] };

const affines = new WeakMap<Label, Affine>();

/** The label itself. */
export function affineOf(label: Label): Affine {
  let affine = affines.get(label);
  if (affine === undefined) affines.set(label, (affine = { constant: 0, terms: [{ label, stride: 1 }], others: [] }));
  return affine;
}

/** A number that is known when the program runs. */
export function affineOfElement(element: Element): Affine {
  if (element.kind === "constant") return { ...zero, constant: element.value };
  if (element.kind === "length") return { ...zero, constant: element.length };
  return element.kind === "index" ? affineOf(element.label) : { ...zero, others: [{ element, stride: 1 }] };
}

/** The function, moved by a constant. */
export function moved(affine: Affine, by: Length): Affine {
  return by === 0 ? affine : { ...affine, constant: addLengths(affine.constant, by) };
}

/** The sum of each times its stride. */
export function combine(parts: readonly (readonly [Affine, Length])[]): Affine {
  const terms: { readonly label: Label; stride: Length }[] = [];
  const others: { readonly element: Element; stride: Length }[] = [];
  let constant: Length = 0;
  // Few terms: looking through them is cheaper than a map.
  for (const [part, factor] of parts) {
    constant = addLengths(constant, multiplyLengths(part.constant, factor));
    for (const { label, stride } of part.terms) {
      const known = terms.find((term) => term.label === label);
      if (known === undefined) terms.push({ label, stride: multiplyLengths(stride, factor) });
      else known.stride = addLengths(known.stride, multiplyLengths(stride, factor));
    }
    for (const { element, stride } of part.others) {
      const known = others.find((other) => other.element === element);
      if (known === undefined) others.push({ element, stride: multiplyLengths(stride, factor) });
      else known.stride = addLengths(known.stride, multiplyLengths(stride, factor));
    }
  }
  return { constant, terms: terms.filter(isLeft), others: others.filter(isLeft) };
}

function isLeft({ stride }: { readonly stride: Length }): boolean {
  return stride !== 0;
}

const keys = new WeakMap<Affine, string>();

/** A text that two affine functions share if and only if they are equal. */
export function affineKey(affine: Affine): string {
  let key = keys.get(affine);
  if (key === undefined) {
    const terms = affine.terms.map(({ label, stride }) => `${label.id}*${lengthKey(stride)}`).toSorted();
    const others = affine.others.map(({ element, stride }) => `v${element.id}*${lengthKey(stride)}`).toSorted();
    keys.set(affine, (key = [lengthKey(affine.constant), ...terms, ...others].join("+")));
  }
  return key;
}

const indexKeys = new WeakMap<readonly Affine[], string>();

/** A text that two indices share if and only if they are equal. Most are passed from operand to operand, so it is kept. */
export function indexKey(index: readonly Affine[]): string {
  let key = indexKeys.get(index);
  if (key === undefined) indexKeys.set(index, (key = index.map(affineKey).join()));
  return key;
}
