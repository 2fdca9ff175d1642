import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DType, NDArray, ndarray } from "../index.ts";
import { allocate, dtypes } from "./dtype.ts";

const json = (array: NDArray): string => JSON.stringify(array);

test("an array is JSON with a dtype, a shape and elements", () => {
  expect(json(ndarray([[1, 0.5]]))).toBe('{"dtype":"float32","shape":[1,2],"data":[1,0.5]}');
  expect(json(ndarray(Float64Array.of(NaN, Infinity, -Infinity, -0, 0)))).toBe(
    '{"dtype":"float64","shape":[5],"data":["NaN","Infinity","-Infinity","-0",0]}',
  );
  expect(json(ndarray([true, false]))).toBe('{"dtype":"bool","shape":[2],"data":[true,false]}');
  expect(json(ndarray(Int32Array.of(-7), []))).toBe('{"dtype":"int32","shape":[],"data":[-7]}');
  expect(JSON.stringify({ loss: ndarray(1) })).toBe('{"loss":{"dtype":"float32","shape":[],"data":[1]}}');
});

/** Any bits, but for those of NaN, which JSON has only one of. */
const anyArray = fc
  .record({ dtype: fc.constantFrom(...dtypes), shape: fc.array(fc.nat(4), { maxLength: 4 }) })
  .chain(({ dtype, shape }) => {
    const size = shape.reduce((product, length) => product * length, 1);
    return fc.array(elementOf[dtype], { minLength: size, maxLength: size }).map((elements) => {
      const data = allocate(dtype, size);
      data.set(elements);
      return new NDArray(data, shape, dtype);
    });
  });

const special = fc.constantFrom(
  NaN,
  Infinity,
  -Infinity,
  -0,
  0,
  1e-45,
  3.4028234663852886e38,
  5e-324,
  Number.MAX_VALUE,
);
const elementOf: Readonly<Record<DType, fc.Arbitrary<number>>> = {
  float32: fc.oneof(fc.float(), special),
  float64: fc.oneof(fc.double(), special),
  int32: fc.oneof(fc.integer(), fc.constantFrom(-2147483648, 2147483647)),
  bool: fc.nat(1),
};

test("what is read is what was written, bit by bit", () => {
  fc.assert(
    fc.property(anyArray, (array) => {
      const read = NDArray.from(JSON.parse(json(array)) as never);
      expect([read.dtype, read.shape]).toEqual([array.dtype, array.shape]);
      expect(bytesOf(read)).toEqual(bytesOf(array));
    }),
  );
});

function bytesOf({ data }: NDArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

describe("NDArray.from", () => {
  const right = { dtype: "float32", shape: [2], data: [1, 2] };

  test("rounds what was written by hand to float32", () => {
    expect(NDArray.from({ ...right, data: [0.1, "-0"] }).data).toEqual(Float32Array.of(0.1, -0));
    expect(NDArray.from(ndarray([1]).toJSON()).toArray()).toEqual([1]);
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["text that is not parsed", JSON.stringify(right)],
    ["a list", [1, 2]],
    ["an array", ndarray([1, 2])],
    ["a part that is missing", { dtype: "float32", shape: [2] }],
    ["a part too much", { ...right, stride: [1] }],
    ["a part of another name", { ...right, dtpye: "float32" }],
    ["an unknown dtype", { ...right, dtype: "float16" }],
    ["a shape that is none", { ...right, shape: [-2] }],
    ["a shape of another size", { ...right, shape: [3] }],
    ["a shape beyond all memory", { ...right, shape: [2 ** 40, 2 ** 13] }],
    ["a typed array", { ...right, data: Float32Array.of(1, 2) }],
    ["nested lists", { ...right, data: [[1, 2]], shape: [1] }],
    ["null, as JSON.stringify writes NaN", { ...right, data: [1, null] }],
    ["text", { ...right, data: [1, "2"] }],
    ["a boolean for a float", { ...right, data: [true, 1] }],
    ["a number that is not finite", { ...right, data: [1, Infinity] }],
    ["a number beyond float32", { ...right, data: [1, 1e39] }],
    ["a list with a hole", { ...right, data: Object.assign([], { length: 2 }) }],
    ["a number for a bool", { ...right, dtype: "bool", data: [true, 1] }],
    ["a fraction for an integer", { ...right, dtype: "int32", data: [1, 0.5] }],
    ["an integer beyond int32", { ...right, dtype: "int32", data: [1, 2 ** 31] }],
    ["an integer that is NaN", { ...right, dtype: "int32", data: [1, "NaN"] }],
  ])("refuses %s", (_, value) => {
    expect(() => NDArray.from(value as never)).toThrowErrorMatchingSnapshot();
  });
});
