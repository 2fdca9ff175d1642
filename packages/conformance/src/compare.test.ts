import { type DType, NDArray, type TypedArray } from "@symloss/core";
import { describe, expect, test } from "vitest";
import { ConformanceError, type Expected, expectArray, expectArrays, expectError } from "./compare.ts";
import { arrayOf, vectorOf } from "./data.ts";
import { allowedBy, toleranceOf } from "./tolerance.ts";

function wanted(values: readonly number[], changes: Partial<Expected> = {}): Expected {
  return { shape: [values.length], dtype: "float32", values, allowed: () => 1e-3, ...changes };
}

describe("expectArray", () => {
  test("takes what is as near as allowed", () => {
    expect(() =>
      expectArray(
        "x",
        vectorOf([1, 2, NaN, Infinity, -Infinity, -0], "float32"),
        wanted([1.0005, 2, NaN, Infinity, -Infinity, 0]),
      ),
    ).not.toThrow();
    expect(() => expectArray("x", vectorOf([Infinity], "float32"), wanted([1e39]))).not.toThrow();
    expect(() => expectArray("x", vectorOf([5], "float32"), wanted([1], { allowed: () => Infinity }))).not.toThrow();
  });

  test("tells NaN, each infinity and numbers apart, whatever is allowed", () => {
    const kinds = [NaN, Infinity, -Infinity, 0];
    for (const got of kinds) {
      for (const want of kinds.filter((kind) => !Object.is(kind, got))) {
        expect(
          () => expectArray("x", vectorOf([got], "float32"), wanted([want], { allowed: () => 1e30 })),
          `${got} for ${want}`,
        ).toThrow(ConformanceError);
      }
    }
  });

  test("says which element differs first, what is there, and what was expected", () => {
    const got = arrayOf([1, 2, 3, 4.5, 5, 7], [2, 3], "float32");
    const want = wanted([1, 2, 3, 4, 5, 6], { shape: [2, 3] });
    expect(() => expectArray("rows", got, want)).toThrow(
      "rows: f32[2,3] must agree at every element, got 4.5 at [1, 0] where 4 is expected (allowed difference 0.001). 2 of 6 elements differ.",
    );
  });

  test("refuses another shape, dtype, size or storage before it looks at values", () => {
    expect(() => expectArray("x", arrayOf([1, 2], [2, 1], "float32"), wanted([1, 2]))).toThrow(
      "must be f32[2], got f32[2,1]",
    );
    expect(() => expectArray("x", vectorOf([1, 2], "int32"), wanted([1, 2]))).toThrow("must be f32[2], got i32[2]");
    expect(() => expectArray("x", unsound(new Float64Array(2), "float32"), wanted([0, 0]))).toThrow(
      "got Float64Array of 2",
    );
    expect(() => expectArray("x", unsound(new Float32Array(3), "float32"), wanted([0, 0]))).toThrow(
      "got Float32Array of 3",
    );
    expect(() =>
      expectArray("x", unsound(new Uint8Array([0, 255]), "bool"), wanted([0, 1], { dtype: "bool" })),
    ).toThrow("bytes 0 and 1, got 255");
  });

  test("holds for every result, and for their number", () => {
    const one = vectorOf([1], "float32");
    expect(() => expectArrays("x", [one], [wanted([1]), wanted([1])])).toThrow("there must be 2 results, got 1");
    expect(() => expectArrays("x", [one, one], [wanted([1]), wanted([2])])).toThrow("x, result 1");
  });
});

describe("expectError", () => {
  const fail = () => Promise.reject(new RangeError("huber: delta must be above 0, got -1."));

  test("wants an error of that name, whose message names what it must", async () => {
    await expect(expectError("x", fail, "RangeError", ["huber", "delta"])).resolves.toBeUndefined();
    await expect(expectError("x", () => undefined, "RangeError")).rejects.toThrow("got no error");
    await expect(expectError("x", fail, "TypeError")).rejects.toThrow("got a RangeError");
    await expect(expectError("x", fail, "RangeError", ["huber", "targets"])).rejects.toThrow("must name targets");
  });
});

test("a tolerance is of the largest element and of each", () => {
  const allowed = allowedBy({ absolute: 0.1, relative: 0.01 }, [1, -10, NaN, Infinity]);
  expect(allowed(0)).toBeCloseTo(1.01);
  expect(allowed(1)).toBeCloseTo(1.1);
  expect(toleranceOf("float32", "float32")).toEqual({ absolute: 1e-6, relative: 1e-5 });
  expect(toleranceOf("gpu", "float32")).toEqual({ absolute: 1e-5, relative: 5e-5 });
  expect(toleranceOf("gpu", "float64")).toEqual({ absolute: 1e-12, relative: 1e-12 });
});

/** A vector of two with other contents, which no constructor allows but an engine may produce. */
function unsound(data: TypedArray, dtype: DType): NDArray {
  return Object.assign(Object.create(NDArray.prototype) as NDArray, { data, shape: [2], dtype });
}
