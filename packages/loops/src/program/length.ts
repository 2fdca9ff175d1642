/** How many elements or iterations are there? A number, or a polynomial of lengths that have names and are known when a plan runs. */
import {
  type Dimension,
  EngineError,
  type Lengths,
  type Shape,
  ShapeError,
  isLength,
  withLengths,
} from "@symloss/core/engine";

/** A number, or one that depends on lengths with names: `10 batch + 3`. */
export type Length = number | NamedLength;

/** A sum of products, none of which is 0, and in at least one of which there is a name. */
export interface NamedLength {
  readonly terms: readonly Term[];
  /** A text that two of these share if and only if they are equal. */
  readonly key: string;
}

/** A number times lengths that have names; these in order. */
interface Term {
  readonly factor: number;
  readonly names: readonly string[];
}

/** What decisions take a length with a name for. */
export const assumedLength = 4096;

/** Whether a value is a length that has a name. */
export function isNamedLength(value: unknown): value is NamedLength {
  return typeof value === "object" && value !== null && "terms" in value && "key" in value;
}

/** The length of an axis. */
export function lengthOf(dimension: Dimension): Length {
  return typeof dimension === "number" ? dimension : makeLength([{ factor: 1, names: [dimension] }]);
}

/** The number of elements. */
export function sizeOfShape(shape: Shape): Length {
  return shape.reduce<Length>((size, dimension) => multiplyLengths(size, lengthOf(dimension)), 1);
}

/** How many elements one step along each axis skips in row-major order. */
export function strides(shape: Shape): Length[] {
  const steps = shape.map((): Length => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--)
    steps[axis] = multiplyLengths(steps[axis + 1]!, lengthOf(shape[axis + 1]!));
  return steps;
}

export function addLengths(left: Length, right: Length): Length {
  if (typeof left === "number" && typeof right === "number") return left + right;
  return makeLength([...termsOf(left), ...termsOf(right)]);
}

export function multiplyLengths(left: Length, right: Length): Length {
  if (typeof left === "number" && typeof right === "number") return left * right;
  return makeLength(
    termsOf(left).flatMap((one) =>
      termsOf(right).map((other) => ({
        factor: one.factor * other.factor,
        names: [...one.names, ...other.names].toSorted(),
      })),
    ),
  );
}

/** The product of all. */
export function productOf(lengths: readonly Length[]): Length {
  return lengths.reduce<Length>(multiplyLengths, 1);
}

export function isSameLength(left: Length, right: Length): boolean {
  return left === right || lengthKey(left) === lengthKey(right);
}

/** A text that two lengths share if and only if they are equal. */
export function lengthKey(length: Length): string {
  return typeof length === "number" ? `${length}` : length.key;
}

/** The length that decisions reckon with: as if each name had the same one. */
export function assumeLength(length: Length): number {
  return evaluated(length, () => assumedLength);
}

/** Whether the length is at least a number in every run: a name stands for 1 or more. */
export function isLengthAtLeast(length: Length, least: number): boolean {
  if (typeof length === "number") return length >= least;
  // In terms of how much larger than 1 each is, nothing may be taken away.
  const beyond = length.terms.flatMap(({ factor, names }) =>
    subsetsOf(names).map((subset) => ({ factor, names: subset })),
  );
  const { constant, rest } = parted(makeLength(beyond));
  return constant >= least && rest.every(({ factor }) => factor >= 0);
}

function subsetsOf(names: readonly string[]): readonly (readonly string[])[] {
  return names.reduce<readonly (readonly string[])[]>(
    (subsets, name) => [...subsets, ...subsets.map((subset) => [...subset, name])],
    [[]],
  );
}

function parted(length: Length): { readonly constant: number; readonly rest: readonly Term[] } {
  const terms = termsOf(length);
  const constant = terms.find(({ names }) => names.length === 0)?.factor ?? 0;
  return { constant, rest: terms.filter(({ names }) => names.length > 0) };
}

/** What the length is in a run. Throws `ShapeError` if a name has none there, or one that is no whole number from 1. */
export function resolveLength(length: Length, lengths: Lengths | undefined): number {
  return evaluated(length, (name) => lengthIn(name, lengths));
}

function lengthIn(name: string, lengths: Lengths | undefined): number {
  const [length] = withLengths([name], lengths) as [number];
  if (isLength(length) && length > 0) return length;
  throw new ShapeError(`run: the length of "${name}" must be a whole number from 1, got ${String(length)}.`);
}

/** `10 batch + 3` */
export function formatLength(length: Length): string {
  if (typeof length === "number") return `${length}`;
  return length.terms
    .map(({ factor, names }) => [...(factor === 1 && names.length > 0 ? [] : [factor]), ...names].join(" "))
    .join(" + ");
}

function evaluated(length: Length, of: (name: string) => number): number {
  if (typeof length === "number") return length;
  return length.terms.reduce(
    (sum, { factor, names }) => sum + names.reduce((product, name) => product * of(name), factor),
    0,
  );
}

/** Throws `EngineError` for what is no length. */
function termsOf(length: Length): readonly Term[] {
  if (typeof length === "number") return [{ factor: length, names: [] }];
  if (isNamedLength(length)) return length.terms;
  throw new EngineError(
    `loops: a length must be a number or have a name, got a ${typeof length}. The graph is not one of this library's making.`,
  );
}

/** The sum of these, with one term for each product of names. */
function makeLength(terms: readonly Term[]): Length {
  const known = new Map<string, Term>();
  for (const { factor, names } of terms) {
    const key = JSON.stringify(names);
    known.set(key, { factor: factor + (known.get(key)?.factor ?? 0), names });
  }
  const left = [...known].filter(([, { factor }]) => factor !== 0).toSorted(byDegree);
  if (left.every(([, { names }]) => names.length === 0)) return left[0]?.[1].factor ?? 0;
  return {
    terms: left.map(([, term]) => term),
    key: left.map(([key, { factor }]) => `${factor}${key}`).join("+"),
  };
}

function byDegree([leftKey, left]: readonly [string, Term], [rightKey, right]: readonly [string, Term]): number {
  return right.names.length - left.names.length || (leftKey < rightKey ? -1 : 1);
}
