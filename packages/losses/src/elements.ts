/** What may the elements of an argument be? */
import type { CheckKind } from "@symloss/core";

/** What the elements of an argument are: a name of `elementKinds`. */
export type Elements = keyof typeof elementKinds;

/** The kinds of elements, each in words. Those of `elementTraits` that have a check are checked, if they come from the host. */
export const elementKinds = {
  float: "any numbers",
  positive: "numbers above 0",
  nonNegative: "numbers from 0",
  probability: "numbers from 0 to 1",
  logProbability: "logarithms of numbers from 0 to 1",
  distribution: "numbers from 0 that add up to 1 along the last axis",
  logDistribution: "logarithms of numbers that add up to 1 along the last axis",
  sign: "-1 or 1",
  classIndex: "an integer from 0 for each class",
  label: "an integer, equal for what belongs together",
  oneHot: "rows of 0 with a single 1",
  multiHot: "0 or 1",
  boolean: "true or false, or numbers of which 0 is false",
  length: "an integer from 0 to the length of an axis",
  count: "no array, but an integer from 1",
} as const;

/** The name of a check that needs nothing but the elements. */
export type PlainCheck = Exclude<CheckKind["kind"], "classIndices" | "lengths">;

/** What follows from what elements are. */
export interface ElementTraits {
  /** Whether they are numbers of the loss's dtype, with respect to which there may be a gradient. */
  readonly isFloat: boolean;
  /** The dtype in which they are kept; "float" is any float. */
  readonly dtype: "float" | "int32" | "bool";
  /** What is checked of those from the host; of class indices and lengths it depends on an axis. */
  readonly check?: PlainCheck;
}

const number = { isFloat: true, dtype: "float" } as const;
const choice = { isFloat: false, dtype: "float" } as const;
const integer = { isFloat: false, dtype: "int32" } as const;

/** What follows from each kind of elements. */
export const elementTraits: { readonly [Kind in Elements]: ElementTraits } = {
  float: number,
  positive: { ...number, check: "positive" },
  nonNegative: { ...number, check: "nonNegative" },
  probability: { ...number, check: "unitInterval" },
  logProbability: number,
  distribution: number,
  logDistribution: number,
  sign: { ...number, check: "signs" },
  classIndex: integer,
  label: integer,
  oneHot: { ...choice, check: "oneHot" },
  multiHot: { ...choice, check: "multiHot" },
  boolean: { isFloat: false, dtype: "bool" },
  length: integer,
  count: integer,
};
