/** Are the attributes of a node what its operation takes? Asked before an engine sees them: what is printed into code must be numbers. */
import { isDType, type TypedArray, holds } from "./dtype.ts";
import type { Tensor } from "./tensor.ts";
import { isDimension, isLength, isListOf, isShape, sizeOf } from "./shape.ts";

/** What an attribute of a name may be, whichever operation has it; what is not listed is never a graph's that engines see. */
const kinds: Readonly<Record<string, (value: unknown, node: Tensor) => boolean>> = {
  name: (value) => typeof value === "string",
  dtype: isDType,
  shape: isShape,
  data: (value, { shape, dtype }) => holds(dtype, value) && (value as TypedArray).length === sizeOf(shape),
  size: isDimension,
  axis: isLength,
  axes: isLengths,
  permutation: isLengths,
  starts: isLengths,
  stops: isShape,
  before: isLengths,
  after: isLengths,
};

/** The first attribute that is not what it must be, by name; undefined if all are sound. */
export function unsoundAttribute(node: Tensor): string | undefined {
  const entries = Object.entries(node.attributes as Readonly<Record<string, unknown>>);
  return entries.find(([name, value]) => !(Object.hasOwn(kinds, name) && kinds[name]!(value, node)))?.[0];
}

function isLengths(value: unknown): boolean {
  return isListOf(value, isLength);
}
