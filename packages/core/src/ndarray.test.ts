import { describe, expect, test } from "vitest";
import { HostDeviceArray } from "./device-array.ts";
import { type Engine, asTensor } from "./index.ts";
import { ndarray } from "./convert.ts";
import { describe as describeValue } from "./describe.ts";
import { NDArray } from "./ndarray.ts";

describe("ndarray", () => {
  test.each([
    ["a number", 2, "f32[]", [2]],
    ["a boolean", true, "bool[]", [1]],
    [
      "nested numbers",
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      "f32[2,3]",
      [1, 2, 3, 4, 5, 6],
    ],
    ["nested booleans", [[true], [false]], "bool[2,1]", [1, 0]],
    ["numbers and booleans", [true, 2], "f32[2]", [1, 2]],
    ["an empty list", [], "f32[0]", []],
    ["empty rows", [[], []], "f32[2,0]", []],
    ["Float64Array", Float64Array.of(0.1), "f64[1]", [0.1]],
    ["Int8Array", Int8Array.of(-3), "i32[1]", [-3]],
    ["Uint8Array", Uint8Array.of(200), "i32[1]", [200]],
    ["Uint32Array that fits", Uint32Array.of(7), "i32[1]", [7]],
    ["BigInt64Array that fits", BigInt64Array.of(-7n), "i32[1]", [-7]],
  ] as const)("takes %s", (_, values, type, data) => {
    const array = ndarray(values as never);
    expect(`${array}`).toBe(type);
    expect([...array.data]).toEqual(data);
  });

  test("keeps the typed array that it is given", () => {
    const data = Float32Array.of(1, 2, 3, 4);
    expect(ndarray(data, [2, 2]).data).toBe(data);
  });

  test("makes bytes of another value than 0 the bool 1", () => {
    expect([...ndarray(Uint8Array.of(0, 2, 255), undefined, "bool").data]).toEqual([0, 1, 1]);
  });

  test("truncates to int32", () => {
    expect([...ndarray([2.7, -2.7, 2147483647.9], undefined, "int32").data]).toEqual([2, -2, 2147483647]);
  });

  test.each([3e9, -3e9, Number.NaN, Infinity])("refuses %d as int32, in every form", (value) => {
    const forms = [[1, value], Float64Array.of(1, value), ndarray(Float64Array.of(1, value))];
    for (const form of forms) expect(() => ndarray(form, undefined, "int32")).toThrow(/must fit in int32, got .* at \[1\]/);
    expect(() => ndarray(value, undefined, "int32")).toThrow("values must fit in int32, got");
  });

  test.each([
    ["ragged lists", () => ndarray([[1, 2], [3]])],
    ["a list among numbers", () => ndarray([1, [2]] as never)],
    ["a number among lists", () => ndarray([[1], 2] as never)],
    ["a string", () => ndarray("abc" as never)],
    ["a string in a list", () => ndarray(["abc"] as never)],
    ["a record", () => ndarray({ a: 1 } as never)],
    ["undefined", () => ndarray(undefined as never)],
    ["a shape of another size", () => ndarray([1, 2, 3], [2, 2])],
    ["a negative length", () => ndarray([1, 2, 3], [-3])],
    ["an unknown dtype", () => ndarray([1], undefined, "float16" as never)],
    ["an integer beyond int32", () => ndarray(Uint32Array.of(1, 4294967295))],
    ["a bigint beyond int32", () => ndarray(BigInt64Array.of(2n ** 40n))],
  ])("refuses %s", (_, make) => {
    expect(make).toThrowErrorMatchingSnapshot();
  });
});

describe("NDArray", () => {
  test("gives its only element", () => {
    expect(ndarray([[5]]).item()).toBe(5);
    expect(() => ndarray([1, 2]).item()).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: item: the array must have one element, got f32[2].]`,
    );
  });

  test("gives nested lists, of bools booleans", () => {
    expect(ndarray(Int32Array.of(1, 2, 3, 4), [2, 1, 2]).toArray()).toEqual([[[1, 2]], [[3, 4]]]);
    expect(ndarray([true, false]).toArray()).toEqual([true, false]);
    expect(ndarray(3).toArray()).toBe(3);
    expect(new NDArray(new Float32Array(0), [2, 0], "float32").toArray()).toEqual([[], []]);
  });
});

test.each([
  ["nothing", undefined, "undefined"],
  ["null", null, "null"],
  ["a string", "a", 'the string "a"'],
  ["a list", [1], "a list"],
  ["a record", { a: 1 }, "a record of a"],
  ["a record without a prototype", Object.create(null), "a record of nothing"],
  ["a promise", Promise.resolve(), "a promise"],
  ["an array", ndarray([1, 2]), "the NDArray f32[2]"],
  ["a tensor", asTensor([1, 2]), "the Tensor f32[2]"],
  ["a device array", new HostDeviceArray({} as Engine, Int32Array.of(1), [1], "int32"), "a device array i32[1]"],
  ["what the platform brings", new Map(), "a Map"],
  ["a typed array", Int8Array.of(1), "an Int8Array"],
  ["an object of a class, whose name a bundler may have shortened", new (class Loss {})(), "an object"],
  ["an object of a class with a name of the platform's", new (class Map {})(), "an object"],
])("a message shows %s", (_, value, text) => {
  expect(describeValue(value)).toBe(text);
});
