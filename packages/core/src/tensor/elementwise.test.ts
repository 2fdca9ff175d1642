import { format, inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  DTypeError,
  add,
  arange,
  asTensor,
  concat,
  div,
  equal,
  logicalAnd,
  mul,
  relu,
  sum,
  where,
  zeros,
} from "../index.ts";

const types = (dtype: "float32" | "float64" | "int32" | "bool") => zeros([2], dtype);

describe("promotion", () => {
  test.each([
    ["float32 and float64", add(types("float32"), types("float64")), "f64[2]"],
    ["int32 and float32", add(types("int32"), types("float32")), "f32[2]"],
    ["bool and int32", mul(types("bool"), types("int32")), "i32[2]"],
    ["two bools are added as int32", add(types("bool"), types("bool")), "i32[2]"],
    ["a quotient of integers", div(types("int32"), types("int32")), "f32[2]"],
    ["a number beside float64", mul(types("float64"), 2), "f64[2]"],
    ["an integer beside int32", mul(types("int32"), 2), "i32[2]"],
    ["a fraction beside int32", mul(types("int32"), 0.5), "f32[2]"],
    ["an integer beside bool", add(types("bool"), 1), "i32[2]"],
    ["two numbers", add(1, 2), "f32[]"],
    ["a comparison", equal(types("int32"), types("float32")), "bool[2]"],
    ["logic on numbers", logicalAnd(types("float32"), types("int32")), "bool[2]"],
    ["a choice", where(types("bool"), types("int32"), 0.5), "f32[2]"],
    ["bools counted", sum(types("bool")), "i32[]"],
    ["relu of bool", relu(types("bool")), "i32[2]"],
    ["concat", concat([types("int32"), types("float32")]), "f32[4]"],
  ])("%s", (_, tensor, type) => {
    expect(`${tensor}`).toBe(type);
  });
});

describe("broadcasting", () => {
  test("follows numpy, names included", () => {
    const named = zeros(["batch", 1]);
    expect(`${add(named, zeros([7]))}`).toBe("f32[batch,7]");
    expect(`${add(zeros([3, 1, 5]), zeros([4, 1]))}`).toBe("f32[3,4,5]");
    expect(() => add(zeros(["batch"]), zeros(["rows"]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: add: x and y must have shapes that broadcast, got f32[batch] and f32[rows]. Aligned at the last axis, lengths must be equal or 1.]`,
    );
  });
});

describe("a tensor", () => {
  test("copies the array that it is made of", () => {
    const data = Float32Array.of(1, 2);
    const tensor = asTensor(data);
    data[0] = 9;
    expect([...(tensor.attributes as { data: Float32Array }).data]).toEqual([1, 2]);
  });

  test("is frozen, knows its rank and size, and prints its type", () => {
    const tensor = arange(6).reshape([2, 3]);
    expect(Object.isFrozen(tensor)).toBe(true);
    expect([tensor.rank, tensor.size, `${tensor}`]).toEqual([2, 6, "i32[2,3]"]);
    expect(() => zeros(["batch"]).size).toThrow("every dimension must be a number");
  });

  test.each<[string, (x: never) => unknown]>([
    ["x > 0", (x) => x > 0],
    ["x + 1", (x) => x + 1],
    ["-x", (x) => -x],
    ["x * 2", (x) => x * 2],
    ["Math.max(x, 0)", (x) => Math.max(x, 0)],
    ['x == "f32[2]"', (x) => x == "f32[2]"],
  ])("refuses the operator in %s", (_, operate) => {
    const x = zeros([2]) as never;
    expect(() => operate(x)).toThrow(DTypeError);
    expect(() => operate(x)).toThrow(/^Tensor: JavaScript operators .* got the Tensor f32\[2\]\. .*greater\(x, y\)/);
  });

  test("is printed by templates, lists and the console", () => {
    const tensor = zeros([2]);
    expect([`${tensor}`, String(tensor), [tensor, tensor].join()]).toEqual(["f32[2]", "f32[2]", "f32[2],f32[2]"]);
    expect(inspect(tensor)).toContain("Tensor {");
    expect(format("%s %o", tensor, tensor)).toContain("f32[2]");
    expect(tensor == null).toBe(false);
  });
});
