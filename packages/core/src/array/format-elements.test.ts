import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NDArray, describe as describeValue, ndarray } from "../index.ts";
import { sizeOf } from "./shape.ts";

const large = (shape: readonly number[]): string =>
  String(
    new NDArray(
      Float32Array.from({ length: sizeOf(shape) }, (_, index) => index),
      shape,
      "float32",
    ),
  );

describe("an array prints its type and elements", () => {
  test.each<[string, NDArray, string]>([
    ["a matrix", ndarray(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]), "f32[2,3] [[1, 2, 3], [4, 5, 6]]"],
    ["a scalar", ndarray(2.5), "f32[] 2.5"],
    ["bools", ndarray([true, false]), "bool[2] [true, false]"],
    ["integers", ndarray(Int32Array.of(-1, 2147483647)), "i32[2] [-1, 2147483647]"],
    ["no elements", ndarray([]), "f32[0] []"],
    ["rows without elements", ndarray([[], []]), "f32[2,0] [[], []]"],
    ["special values", ndarray([NaN, Infinity, -Infinity, -0, 0]), "f32[5] [NaN, Infinity, -Infinity, -0, 0]"],
    [
      "float32, as short as it can be",
      ndarray([0.1, 1 / 3, 16777216, 1e-45, 3.4e38]),
      "f32[5] [0.1, 0.33333334, 16777216, 1e-45, 3.4e+38]",
    ],
    ["float64, as short as it can be", ndarray(Float64Array.of(0.1, 1 / 3)), "f64[2] [0.1, 0.3333333333333333]"],
  ])("%s", (_, array, text) => {
    expect(String(array)).toBe(text);
    expect(inspect(array)).toBe(`NDArray ${text}`);
    expect(inspect({ array })).toContain(`NDArray ${text}`);
  });

  test("the shortest decimal is that float32, and none is shorter", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        fc.pre(value !== 0);
        const text = String(ndarray([value])).slice("f32[1] [".length, -1);
        expect(Math.fround(Number(text))).toBe(value);
        expect(text.length).toBeLessThanOrEqual(String(value).length);
      }),
    );
  });

  test("its type alone is what messages show", () => {
    expect(describeValue(ndarray([1, 2]))).toBe("the NDArray f32[2]");
    expect(() => ndarray([1, 2]).item()).toThrow("got f32[2].");
  });
});

describe("a long array", () => {
  test("shows the ends of each axis", () => {
    expect(large([1000]).length).toBeGreaterThan(4000);
    expect(large([1001])).toBe("f32[1001] [0, 1, 2, ..., 998, 999, 1000]");
    expect(large([2, 600])).toBe("f32[2,600] [[0, 1, 2, ..., 597, 598, 599], [600, 601, 602, ..., 1197, 1198, 1199]]");
    expect(large([500, 3])).toBe(
      "f32[500,3] [[0, 1, 2], [3, 4, 5], [6, 7, 8], ..., [1491, 1492, 1493], [1494, 1495, 1496], [1497, 1498, 1499]]",
    );
    expect(large([6, 200])).not.toContain("], ..., [");
    expect(large([7, 200])).toContain("], ..., [");
  });

  test.each([
    ["many elements", [10_000_000]],
    ["many rows without elements", [100_000_000, 0]],
    ["many axes", Array.from({ length: 20 }, () => 2)],
    ["many axes of one element", Array.from({ length: 100_000 }, () => 1)],
    ["axes that all are long", [7, 7, 7, 7, 7, 7]],
    ["axes that all are long, and one that has none", [7, 7, 7, 7, 7, 7, 0]],
  ])("is short: %s", (_, shape) => {
    const text = String(new NDArray(new Float32Array(sizeOf(shape)), shape, "float32"));
    expect(text.slice(text.indexOf("]") + 1).length).toBeLessThan(10_000);
  });

  test("whose elements are gone does not throw", () => {
    const array = ndarray(new Float32Array(2));
    structuredClone(array.data.buffer, { transfer: [array.data.buffer] });
    expect(String(array)).toBe("f32[2] [undefined, undefined]");
  });
});
