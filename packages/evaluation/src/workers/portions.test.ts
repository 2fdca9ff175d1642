import { expect, test } from "vitest";
import { portionsOf } from "./portions.ts";

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
const lengths = (count: number, threads: number): readonly number[] =>
  portionsOf(numbers(count), threads).map(({ length }) => length);

test("a thread takes many shards at first, and one at a time in the end", () => {
  expect(lengths(9, 1)).toEqual([2, 1, 1, 1, 1, 1, 1, 1]);
  expect(lengths(40, 2)).toEqual([5, 4, 3, 3, 3, 2, 2, 2, 2, ...Array.from({ length: 14 }, () => 1)]);
});

test("few shards are taken one by one", () => {
  expect(lengths(0, 2)).toEqual([]);
  expect(lengths(15, 2)).toEqual(Array.from({ length: 15 }, () => 1));
});

test.each([1, 2, 3, 7, 64])("all are dealt, in order, to %i threads, and never more than 16 at a time", (threads) => {
  for (const count of [1, 16, 127, 1000]) {
    expect(portionsOf(numbers(count), threads).flat()).toEqual(numbers(count));
    expect(Math.max(...lengths(count, threads))).toBeLessThanOrEqual(16);
  }
});
