import { describe, expect, test } from "vitest";
import { errorFunction } from "./error-function.ts";

/** From 40-digit arithmetic (mpmath 1.3). */
const known: readonly (readonly [x: number, value: number])[] = [
  [1e-300, 1.1283791670955126e-300],
  [1e-20, 1.1283791670955125e-20],
  [0.1, 0.1124629160182849],
  [0.46874, 0.49260441524411136],
  [0.46875, 0.49261347321793797],
  [0.46876, 0.4926225311068465],
  [0.5, 0.5204998778130465],
  [0.9, 0.7969082124228322],
  [1.0, 0.8427007929497149],
  [1.25, 0.9229001282564583],
  [2.0, 0.9953222650189527],
  [3.0, 0.9999779095030014],
  [4.0, 0.9999999845827421],
  [5.0, 0.9999999999984626],
  [5.9, 0.9999999999999999],
  [6.0, 1.0],
  [27.0, 1.0],
];

describe("errorFunction", () => {
  test.each(known)("of %d", (x, value) => {
    expect(Math.abs(errorFunction(x) - value)).toBeLessThanOrEqual(2 * Number.EPSILON * value);
    expect(errorFunction(-x)).toBe(-errorFunction(x));
  });

  test.each([
    [0, 0],
    [-0, -0],
    [Infinity, 1],
    [-Infinity, -1],
    [NaN, NaN],
  ])("of %d is %d", (x, value) => expect(errorFunction(x)).toBe(value));
});
