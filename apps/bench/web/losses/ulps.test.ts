import { expect, test } from "vitest";
import { ulpsBetween } from "./ulps.ts";

test.each([
  [1, 1, 0],
  [1 + 2 ** -23, 1, 1],
  [1, 1 + 2 ** -22, -2],
  [0, -0, 0],
  [1e-45, -1e-45, 2],
  [-1, -1 - 2 ** -23, 1],
  [Infinity, 3.4028234663852886e38, 1],
  [NaN, NaN, 0],
  [NaN, 1, NaN],
])("from %s to %s are %s", (first, second, ulps) => {
  expect(ulpsBetween(first, second)).toBe(ulps);
});
