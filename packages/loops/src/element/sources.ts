/** From which arrays does a value come? */
import type { Tensor } from "@symloss/core/engine";
import { valuesUnder } from "./elements-under.ts";
import type { Buffer } from "../program/program.ts";
import type { Value } from "./element.ts";

/** An array that is read, or a product of matrices, whether it is kept in an array or not. */
export type Source = Buffer | Tensor;

const products = new WeakMap<Buffer | Value, Tensor>();

/** Notes that this buffer holds, or this value is an element of, a product of matrices. */
export function noteProduct(of: Buffer | Value, product: Tensor): void {
  products.set(of, product);
}

const known = new WeakMap<Value, ReadonlySet<Source>>();
const none: ReadonlySet<Source> = new Set();

/** The sources of a value. */
export function sourcesOf(value: Value): ReadonlySet<Source> {
  for (const part of valuesUnder([value], (under) => known.has(under))) {
    if (!known.has(part)) known.set(part, ownSources(part));
  }
  return known.get(value)!;
}

function ownSources(value: Value): ReadonlySet<Source> {
  const product = products.get(value);
  if (product !== undefined) return new Set([product]);
  let all: ReadonlySet<Source> = none;
  for (const part of value.parts) all = joined(all, known.get(part)!);
  return value.kind === "load" ? joined(all, new Set([products.get(value.buffer) ?? value.buffer])) : all;
}

/** One of the two where it has all of the other. */
function joined(left: ReadonlySet<Source>, right: ReadonlySet<Source>): ReadonlySet<Source> {
  const [small, large] = left.size < right.size ? [left, right] : [right, left];
  return [...small].every((source) => large.has(source)) ? large : new Set([...left, ...right]);
}
