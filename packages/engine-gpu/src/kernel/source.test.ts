import { describe, expect, test } from "vitest";
import { callSource, integerSource, numberSource, source } from "./source.ts";

const hostile = "(globalThis.ran=1)";

describe("kernel source", () => {
  test.each([0, 1, -1, 2 ** 31, -(2 ** 31)])("takes the integer %i", (value) => {
    expect(Number(integerSource(value).replaceAll(/[()]/g, ""))).toBe(value);
  });

  test.each([0.5, NaN, Infinity, 2 ** 60, hostile, "5", null, undefined, [5], { valueOf: () => 5 }, 5n])(
    "takes no integer from %s",
    (value) => {
      expect(() => integerSource(value as never)).toThrow(/^compile: lengths and offsets/);
    },
  );

  test("takes float32 alone for numbers", () => {
    const numbers = [1 / 3, -1 / 3, 1e-45, 3.4028234663852886e38, -0, 16777217, 1e21];
    for (const value of numbers) {
      expect(Math.fround(Number(numberSource(value).replaceAll(/[()]/g, "")))).toBe(Math.fround(value));
    }
    expect([NaN, Infinity, -Infinity, 1e39].map(numberSource)).toEqual([
      "notANumber()",
      "infinity()",
      "(-infinity())",
      "infinity()",
    ]);
    for (const value of [hostile, "1", [1], {}, null, 1n]) {
      expect(() => numberSource(value as never)).toThrow(/^compile: constants in a graph must be numbers/);
    }
  });

  test("takes names of functions alone", () => {
    expect(callSource("Math.max", [source`x`, integerSource(-1)])).toBe("Math.max(x, (-1))");
    expect(() => callSource(hostile, [])).toThrow("kernel:");
  });
});
