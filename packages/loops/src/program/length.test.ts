import { ShapeError } from "@symloss/core/engine";
import { describe, expect, test } from "vitest";
import {
  type Length,
  addLengths,
  assumeLength,
  formatLength,
  isLengthAtLeast,
  isSameLength,
  lengthKey,
  lengthOf,
  multiplyLengths,
  productOf,
  sizeOfShape,
  strides,
  resolveLength,
} from "./length.ts";

const batch = lengthOf("batch");
const time = lengthOf("time");

describe("lengths", () => {
  test("of numbers are numbers", () => {
    expect([addLengths(2, 3), multiplyLengths(2, 3), productOf([2, 3, 4]), sizeOfShape([])]).toEqual([5, 6, 24, 1]);
    expect([...strides([2, 3, 4]), resolveLength(7, undefined), assumeLength(7)]).toEqual([12, 4, 1, 7, 7]);
  });

  test.each<[string, Length]>([
    ["10 batch", sizeOfShape(["batch", 10])],
    ["batch time", sizeOfShape(["time", "batch"])],
    ["10 batch + 3", addLengths(multiplyLengths(batch, 10), 3)],
    ["batch time + batch", multiplyLengths(batch, addLengths(time, 1))],
    ["2 batch time + time", addLengths(multiplyLengths(multiplyLengths(time, batch), 2), time)],
    ["-1 batch + 5", addLengths(5, multiplyLengths(-1, batch))],
  ])("with names print as they are: %s", (text, length) => {
    expect(formatLength(length)).toBe(text);
    expect(resolveLength(length, { batch: 7, time: 2 })).toBe(evaluate(text));
  });

  test("are equal if they are the same polynomial", () => {
    expect(isSameLength(multiplyLengths(batch, time), multiplyLengths(time, batch))).toBe(true);
    expect(isSameLength(addLengths(batch, 3), addLengths(3, batch))).toBe(true);
    expect(isSameLength(batch, time)).toBe(false);
    expect(isSameLength(batch, 4096)).toBe(false);
    expect(addLengths(batch, multiplyLengths(-1, batch))).toBe(0);
    expect(multiplyLengths(batch, 0)).toBe(0);
    // Names are anything.
    expect(lengthKey(sizeOfShape(["a", "b"]))).not.toBe(lengthKey(lengthOf('a","b')));
  });

  test("need the length of each name", () => {
    expect(() => resolveLength(batch, { time: 2 })).toThrow(ShapeError);
    expect(() => resolveLength(batch, undefined)).toThrow('got none for "batch"');
    for (const length of [0, -1, 1.5, NaN, Infinity, "2"]) {
      expect(() => resolveLength(batch, { batch: length as number })).toThrow(ShapeError);
      expect(() => resolveLength(batch, { batch: length as number })).toThrow(
        `run: the length of "batch" must be a whole number from 1, got ${length}.`,
      );
    }
  });

  test.each<[Length, number, boolean]>([
    [3, 3, true],
    [3, 4, false],
    [batch, 1, true],
    [batch, 2, false],
    [addLengths(multiplyLengths(10, batch), -1), 9, true],
    [addLengths(multiplyLengths(10, batch), -1), 10, false],
    [addLengths(multiplyLengths(batch, time), multiplyLengths(-1, batch)), 0, true],
    [addLengths(multiplyLengths(batch, time), multiplyLengths(-2, batch)), -1, false],
    [addLengths(multiplyLengths(-1, batch), 5), 0, false],
    [addLengths(batch, Infinity), 0, true],
    [addLengths(batch, -Infinity), 0, false],
  ])("are at least a number if they are so in every run: %o, %d", (length, least, isSo) => {
    expect(isLengthAtLeast(length, least)).toBe(isSo);
  });

  test.each([["2"], [null], [undefined], [{}]])("are nothing else: %s", (value) => {
    expect(() => addLengths(value as never, 1)).toThrow("loops: a length must be a number or have a name, got");
    expect(() => multiplyLengths(2, value as never)).toThrow("loops: a length must be");
  });
});

/** The value of a printed length for 7 rows of 2 steps. */
function evaluate(text: string): number {
  const numbers: Readonly<Record<string, number>> = { batch: 7, time: 2 };
  const terms = text.split(" + ").map((term) => term.split(" ").map((word) => numbers[word] ?? Number(word)));
  return terms.map((factors) => factors.reduce((left, right) => left * right)).reduce((left, right) => left + right);
}
