import { ShapeError } from "@symloss/core/engine";
import { describe, expect, test } from "vitest";
import {
  type Length,
  added,
  assumed,
  formatLength,
  isAtLeast,
  isSame,
  keyOf,
  lengthOf,
  multiplied,
  productOf,
  sizeOfShape,
  strides,
  valueOf,
} from "./length.ts";

const batch = lengthOf("batch");
const time = lengthOf("time");

describe("lengths", () => {
  test("of numbers are numbers", () => {
    expect([added(2, 3), multiplied(2, 3), productOf([2, 3, 4]), sizeOfShape([])]).toEqual([5, 6, 24, 1]);
    expect([...strides([2, 3, 4]), valueOf(7, undefined), assumed(7)]).toEqual([12, 4, 1, 7, 7]);
  });

  test.each<[string, Length]>([
    ["10 batch", sizeOfShape(["batch", 10])],
    ["batch time", sizeOfShape(["time", "batch"])],
    ["10 batch + 3", added(multiplied(batch, 10), 3)],
    ["batch time + batch", multiplied(batch, added(time, 1))],
    ["2 batch time + time", added(multiplied(multiplied(time, batch), 2), time)],
    ["-1 batch + 5", added(5, multiplied(-1, batch))],
  ])("with names print as they are: %s", (text, length) => {
    expect(formatLength(length)).toBe(text);
    expect(valueOf(length, { batch: 7, time: 2 })).toBe(evaluate(text));
  });

  test("are equal if they are the same polynomial", () => {
    expect(isSame(multiplied(batch, time), multiplied(time, batch))).toBe(true);
    expect(isSame(added(batch, 3), added(3, batch))).toBe(true);
    expect(isSame(batch, time)).toBe(false);
    expect(isSame(batch, 4096)).toBe(false);
    expect(added(batch, multiplied(-1, batch))).toBe(0);
    expect(multiplied(batch, 0)).toBe(0);
    // Names are anything.
    expect(keyOf(sizeOfShape(["a", "b"]))).not.toBe(keyOf(lengthOf('a","b')));
  });

  test("need the length of each name", () => {
    expect(() => valueOf(batch, { time: 2 })).toThrow(ShapeError);
    expect(() => valueOf(batch, undefined)).toThrow('got none for "batch"');
    for (const length of [0, -1, 1.5, NaN, Infinity, "2"]) {
      expect(() => valueOf(batch, { batch: length as number })).toThrow(ShapeError);
      expect(() => valueOf(batch, { batch: length as number })).toThrow(
        `run: the length of "batch" must be a whole number from 1, got ${length}.`,
      );
    }
  });

  test.each<[Length, number, boolean]>([
    [3, 3, true],
    [3, 4, false],
    [batch, 1, true],
    [batch, 2, false],
    [added(multiplied(10, batch), -1), 9, true],
    [added(multiplied(10, batch), -1), 10, false],
    [added(multiplied(batch, time), multiplied(-1, batch)), 0, true],
    [added(multiplied(batch, time), multiplied(-2, batch)), -1, false],
    [added(multiplied(-1, batch), 5), 0, false],
    [added(batch, Infinity), 0, true],
    [added(batch, -Infinity), 0, false],
  ])("are at least a number if they are so in every run: %o, %d", (length, least, isSo) => {
    expect(isAtLeast(length, least)).toBe(isSo);
  });

  test.each([["2"], [null], [undefined], [{}]])("are nothing else: %s", (value) => {
    expect(() => added(value as never, 1)).toThrow("loops: a length must be a number or have a name, got");
    expect(() => multiplied(2, value as never)).toThrow("loops: a length must be");
  });
});

/** The value of a printed length for 7 rows of 2 steps. */
function evaluate(text: string): number {
  const numbers: Readonly<Record<string, number>> = { batch: 7, time: 2 };
  const terms = text.split(" + ").map((term) => term.split(" ").map((word) => numbers[word] ?? Number(word)));
  return terms.map((factors) => factors.reduce((left, right) => left * right)).reduce((left, right) => left + right);
}
