/** What may the elements of an argument be? */

/** What the elements of an argument are: a name of `elementKinds`. */
export type Elements = keyof typeof elementKinds;

/**
 * The kinds of elements, each in words. Only class indices, one-hot rows, counts and numbers above 0 are checked, if they come from the
 * host.
 */
export const elementKinds = {
  float: "any numbers",
  positive: "numbers above 0",
  probability: "numbers from 0 to 1",
  logProbability: "logarithms of numbers from 0 to 1",
  distribution: "numbers from 0 that add up to 1 along the last axis",
  logDistribution: "logarithms of numbers that add up to 1 along the last axis",
  sign: "-1 or 1",
  classIndex: "an integer from 0 for each class",
  oneHot: "rows of 0 with a single 1",
  count: "no array, but an integer from 1",
} as const;

/** Whether elements of that kind are floats, with respect to which there is a gradient. */
export function isFloatKind(elements: Elements): boolean {
  return elements !== "classIndex" && elements !== "oneHot" && elements !== "count";
}
