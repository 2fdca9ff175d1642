/** What is Einstein summation, written as loops over every index? */
import type { NDArray } from "@symloss/core";
import { offsetOf, positionsOf } from "./position.ts";

/** The result, and for each element the sum of the magnitudes of its terms, which determines its rounding. */
export interface EinsumResult {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly scale: readonly number[];
}

/** The sum of products over all positions of the labels that are not in the result. */
export function einsumByLoops(equation: string, arrays: readonly NDArray[]): EinsumResult {
  const [left, right] = equation.split("->");
  const dots = Math.max(
    ...left!.split(",").map((part, index) => (part.includes("...") ? arrays[index]!.rank - part.length + 3 : 0)),
  );
  const terms = left!.split(",").map((part, index) => labelsOf(part, dots, arrays[index]!.rank - part.length + 3));
  const output = labelsOf(right ?? implicitOutput(left!), dots, dots);
  const lengths = new Map<string, number>();
  for (const [index, labels] of terms.entries()) {
    for (const [axis, label] of labels.entries()) {
      lengths.set(label, Math.max(lengths.get(label) ?? 0, arrays[index]!.shape[axis]!));
      if (arrays[index]!.shape[axis] === 0) lengths.set(label, 0);
    }
  }
  const all = [...lengths.keys()];
  const shape = output.map((label) => lengths.get(label)!);
  const values = positionsOf(shape).map(() => 0);
  const scale = [...values];
  for (const position of positionsOf(all.map((label) => lengths.get(label)!))) {
    const indexOf = (label: string) => position[all.indexOf(label)]!;
    const product = terms.reduce((total, labels, index) => {
      const array = arrays[index]!;
      // A length of 1 broadcasts.
      const place = labels.map((label, axis) => (array.shape[axis] === 1 ? 0 : indexOf(label)));
      return total * array.data[offsetOf(place, array.shape)]!;
    }, 1);
    const offset = offsetOf(output.map(indexOf), shape);
    values[offset]! += product;
    scale[offset]! += Math.abs(product);
  }
  return { shape, values, scale };
}

/** One label for each axis; the dots stand for the last `count` of the `dots` leading axes. */
function labelsOf(part: string, dots: number, count: number): string[] {
  const [before, after] = part.split("...");
  if (after === undefined) return part.split("");
  return [
    ...before!.split(""),
    ...Array.from({ length: count }, (_, index) => `.${dots - count + index}`),
    ...after.split(""),
  ];
}

/** Without an arrow: the leading axes, then the labels that occur once, in alphabetical order. */
function implicitOutput(left: string): string {
  const letters = left.replaceAll(",", "").replaceAll("...", "").split("");
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).toSorted();
  return `${left.includes("...") ? "..." : ""}${once.join("")}`;
}
