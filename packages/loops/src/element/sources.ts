/** Which arrays does an element depend on? */
import type { Tensor } from "@symloss/core/engine";
import { elementsUnder } from "./elements-under.ts";
import type { Buffer } from "../program/program.ts";
import type { Element } from "./element.ts";

/** An array that is read, or a product of matrices, whether it is kept in an array or not. */
export type Source = Buffer | Tensor;

const products = new WeakMap<Buffer | Element, Tensor>();

/** Notes that a buffer holds a product of matrices, or that an element belongs to one. */
export function noteProduct(of: Buffer | Element, product: Tensor): void {
  products.set(of, product);
}

const known = new WeakMap<Element, ReadonlySet<Source>>();
const none: ReadonlySet<Source> = new Set();

/** The sources of an element. */
export function sourcesOf(element: Element): ReadonlySet<Source> {
  for (const part of elementsUnder([element], (under) => known.has(under))) {
    if (!known.has(part)) known.set(part, ownSources(part));
  }
  return known.get(element)!;
}

function ownSources(element: Element): ReadonlySet<Source> {
  // Where a step reads is not what it reads.
  if (element.kind === "load" && element.buffer.kind === "counter") return none;
  const product = products.get(element);
  if (product !== undefined) return new Set([product]);
  let all: ReadonlySet<Source> = none;
  for (const part of element.parts) all = joined(all, known.get(part)!);
  return element.kind === "load" ? joined(all, new Set([products.get(element.buffer) ?? element.buffer])) : all;
}

/** The union: one of the two if it contains the other. */
function joined(left: ReadonlySet<Source>, right: ReadonlySet<Source>): ReadonlySet<Source> {
  const [small, large] = left.size < right.size ? [left, right] : [right, left];
  return [...small].every((source) => large.has(source)) ? large : new Set([...left, ...right]);
}
