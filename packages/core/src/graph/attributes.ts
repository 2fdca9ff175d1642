/** Are the attributes of a node valid for its operation? Checked before an engine sees them: what is printed into code must be numbers. */
import { isDType, type TypedArray, holds } from "../array/dtype.ts";
import { type AttributeName, factsOf } from "../tensor/operation.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { isBody } from "./bodies.ts";
import { isDimension, isLength, isListOf, isShape, sizeOf } from "../array/shape.ts";

/** The valid values of each attribute, in every operation that has it. */
const kinds: { readonly [Name in AttributeName]: (value: unknown, node: Tensor) => boolean } = {
  name: (value) => typeof value === "string",
  dtype: isDType,
  shape: isShape,
  data: (value, { shape, dtype }) => holds(dtype, value) && (value as TypedArray).length === sizeOf(shape),
  // Positions are counted up to a number.
  size: (value, { operation }) => (operation === "iota" ? isLength(value) : isDimension(value)),
  axis: isLength,
  axes: isLengths,
  permutation: isLengths,
  starts: isLengths,
  stops: isShape,
  before: isLengths,
  after: isLengths,
  descending: isFlag,
  body: isBody,
  // Scans of no step are never made: their results are known.
  length: (value) => isDimension(value) && value !== 0,
  carries: isLength,
  sequences: isLength,
  reverse: isFlag,
  output: isLength,
};

/** The name of the first attribute that is missing, invalid or unknown to the operation; undefined if all are valid. */
export function unsoundAttribute(node: Tensor): string | undefined {
  const wanted = (factsOf(node.operation)?.attributes ?? []) as readonly AttributeName[];
  const given = node.attributes as Readonly<Record<string, unknown>>;
  const unsound = wanted.find((name) => !Object.hasOwn(given, name) || !kinds[name](given[name], node));
  return unsound ?? Object.keys(given).find((name) => !wanted.includes(name as AttributeName));
}

function isFlag(value: unknown): boolean {
  return typeof value === "boolean";
}

function isLengths(value: unknown): boolean {
  return isListOf(value, isLength);
}
