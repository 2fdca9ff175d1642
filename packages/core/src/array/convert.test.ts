import { createContext, runInContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { type Tensor, add, asTensor, grad, isTensor } from "../index.ts";
import { ndarray } from "./convert.ts";
import { NDArray, isNDArray } from "./ndarray.ts";
import { isNestedArray } from "./tree.ts";
import { formatType } from "./type.ts";

const typeOf = ({ dtype, shape }: NDArray): string => formatType(dtype, shape);

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
    expect(typeOf(array)).toBe(type);
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
    for (const form of forms)
      expect(() => ndarray(form, undefined, "int32")).toThrow(/must fit in int32, got .* at \[1\]/);
    expect(() => ndarray(value, undefined, "int32")).toThrow("values must fit in int32, got");
  });

  test.each([
    ["ragged lists", () => ndarray([[1, 2], [3]])],
    ["a list among numbers", () => ndarray([1, [2]] as never)],
    ["a number among lists", () => ndarray([[1], 2] as never)],
    ["a string", () => ndarray("abc" as never)],
    ["a string in a list", () => ndarray(["abc"] as never)],
    ["arrays in a list", () => ndarray([ndarray([1, 2]), ndarray([3, 4])] as never)],
    ["tensors in a list", () => asTensor([asTensor([1, 2]), asTensor([3, 4])] as never)],
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

describe("typed arrays in lists", () => {
  test("are rows", () => {
    const rows = [Float32Array.of(1, 2), Float32Array.of(3, 4), Float32Array.of(5, 6)];
    const array = ndarray(rows);
    expect([array.toArray(), array.dtype]).toEqual([
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      "float32",
    ]);
    rows[0]![0] = 7;
    expect(array.data[0]).toBe(1);
    const deep = ndarray([[Int8Array.of(1)], [Int8Array.of(2)]]);
    expect([deep.toArray(), deep.dtype]).toEqual([[[[1]], [[2]]], "int32"]);
    expect(ndarray([new Float32Array(0), new Float32Array(0)]).shape).toEqual([2, 0]);
    expect(ndarray(rows, [2, 3]).shape).toEqual([2, 3]);
  });

  test("have a dtype that holds all of them, or the given one", () => {
    expect(ndarray([Float32Array.of(1), Float64Array.of(0.1)]).data).toEqual(Float64Array.of(1, 0.1));
    expect(ndarray([Int32Array.of(1), Float32Array.of(0.5)]).data).toEqual(Float32Array.of(1, 0.5));
    expect(ndarray([Uint32Array.of(1), BigInt64Array.of(2n)]).data).toEqual(Int32Array.of(1, 2));
    expect(ndarray([Float32Array.of(0, 2)], undefined, "bool").data).toEqual(Uint8Array.of(0, 1));
    expect(ndarray([Float64Array.of(1.5)], undefined, "int32").data).toEqual(Int32Array.of(1));
  });

  test("are no literal: float64 stays float64, and float32 does not become it", () => {
    expect(`${asTensor([Float64Array.of(1)])} ${asTensor([Float32Array.of(1)])}`).toBe("f64[1,1] f32[1,1]");
    const sum = add([Float32Array.of(0.1)] as never, Float64Array.of(1));
    expect(sum.dtype).toBe("float64");
    expect(grad((x: Tensor) => x.mul(asTensor([Float64Array.of(0.1)])).sum())([[2]]).dtype).toBe("float64");
  });

  test.each<[string, () => unknown]>([
    ["of two lengths", () => ndarray([Float32Array.of(1, 2), Float32Array.of(3)])],
    ["beside numbers", () => ndarray([Float32Array.of(1), 2] as never)],
    ["beside a list of numbers", () => ndarray([Float32Array.of(1), [2]] as never)],
    ["below numbers", () => ndarray([1, Float32Array.of(1)] as never)],
    ["at two depths", () => ndarray([[Float32Array.of(1)], Float32Array.of(1)])],
    ["in lists of two lengths", () => ndarray([[Float32Array.of(1)], [Float32Array.of(1), Float32Array.of(1)]])],
    ["in a record", () => ndarray([[Float32Array.of(1)], { a: Float32Array.of(1) }] as never)],
    ["beside text", () => ndarray([Float32Array.of(1), "1"] as never)],
    ["beyond int32", () => ndarray([Uint32Array.of(1), Uint32Array.of(4294967295)])],
    ["of a kind that is none", () => ndarray([Float32Array.of(1), new DataView(new ArrayBuffer(4))] as never)],
  ])("are refused %s", (_, make) => {
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

describe("an NDArray made by hand", () => {
  test.each([
    ["data of another size", () => new NDArray(new Float32Array(3), [2, 2], "float32")],
    ["a negative length", () => new NDArray(new Float32Array(3), [-3], "float32")],
    ["a name as length", () => new NDArray(new Float32Array(3), ["batch"] as never, "float32")],
    ["data of another dtype", () => new NDArray(new Float32Array(3), [3], "int32")],
    ["data that is a list", () => new NDArray([1, 2] as never, [2], "float32")],
    ["an unknown dtype", () => new NDArray(new Float32Array(1), [1], "float16" as never)],
    ["bools that are no bytes", () => new NDArray(new Float32Array(1), [1], "bool")],
  ])("refuses %s", (_, make) => {
    expect(make).toThrowErrorMatchingSnapshot();
  });

  test("has a shape that nobody changes, and that is not the list it was given", () => {
    const shape = [2, 3];
    const array = new NDArray(new Float32Array(6), shape, "float32");
    shape.reverse();
    expect(array.shape).toEqual([2, 3]);
    expect(() => (array.shape as number[]).reverse()).toThrow(TypeError);
  });
});

describe("another realm's typed arrays", () => {
  const realm = createContext({});
  const make = (code: string): Float32Array => runInContext(code, realm) as Float32Array;

  test.each([
    ["Float32Array.of(0.4, 1.5)", "f32[2]", [Math.fround(0.4), 1.5]],
    ["Float64Array.of(0.1)", "f64[1]", [0.1]],
    ["Int32Array.of(-7)", "i32[1]", [-7]],
    ["Uint8Array.of(200)", "i32[1]", [200]],
    ["BigInt64Array.of(-7n)", "i32[1]", [-7]],
  ])("%s is what it is", (code, type, data) => {
    const array = ndarray(make(code));
    expect([typeOf(array), [...array.data]]).toEqual([type, data]);
    expect([...asTensorData(make(code))]).toEqual(data);
  });

  test("are taken in place, so that results can be written into them", () => {
    const theirs = make("Float32Array.of(1, 2, 3)");
    ndarray(theirs.subarray(1)).data[0] = 9;
    expect([...theirs]).toEqual([1, 9, 3]);
  });

  test("of an NDArray too", () => {
    expect(ndarray(new NDArray(make("Float32Array.of(1, 2)"), [1, 2], "float32")).data).toBeInstanceOf(Float32Array);
  });
});

const { Float16Array } = globalThis as { Float16Array?: { of(...values: number[]): never } };

test.skipIf(Float16Array === undefined)("a Float16Array is float32", () => {
  const array = ndarray(Float16Array!.of(1.5, -0.25));
  expect([typeOf(array), [...array.data]]).toEqual(["f32[2]", [1.5, -0.25]]);
});

describe("a typed array that was transferred", () => {
  const transferred = Float32Array.of(1, 2);
  const held = ndarray(transferred);
  structuredClone(transferred.buffer, { transfer: [transferred.buffer] });

  test.each([
    ["by itself", () => ndarray(transferred)],
    ["in an NDArray", () => ndarray(held)],
    ["as a tensor", () => asTensor(held)],
    ["where a shape says that it holds nothing", () => new NDArray(transferred, [0], "float32")],
  ])("is refused %s", (_, take) => {
    expect(take).toThrow(/must hold its elements, got a Float32Array whose buffer was transferred/);
  });

  test("is not mistaken for one that is empty", () => {
    expect(typeOf(ndarray(new Float32Array(0)))).toBe("f32[0]");
  });
});

describe("lists that never end", () => {
  const itself: unknown[] = [];
  itself.push(itself);
  const behind: unknown[] = [1];
  behind.push(behind);
  const beside: unknown[] = [[1]];
  beside.push(beside, beside);
  let deep: unknown = 1;
  for (let depth = 0; depth < 20_000; depth++) deep = [deep];
  let wide: unknown[] = [1, 1];
  for (let depth = 0; depth < 50; depth++) wide = [wide, wide];

  test.each([
    ["one that holds itself", itself],
    ["one that holds itself behind a number", behind],
    ["one that holds itself beside itself", beside],
    ["20,000 lists in one another", deep],
    ["a number beside 20,000 lists in one another", [1, deep]],
    ["2^51 numbers", wide],
  ])("%s", (_, list) => {
    expect(() => ndarray(list as never)).toThrowErrorMatchingSnapshot();
    expect(() => asTensor(list as never)).toThrow(/^asTensor: value must/);
    expect(isNestedArray(list)).toBe(true);
  });
});

test("JSON is never an array or a tensor", () => {
  const array: unknown = JSON.parse(
    '{"kind":"symloss.NDArray","shape":[],"dtype":"float32","data":["(globalThis.ran = 1)"]}',
  );
  expect([isNDArray(array), isTensor(array)]).toEqual([false, false]);
  expect([isNDArray(JSON.parse(JSON.stringify(ndarray([1])))), isNDArray(structuredClone(ndarray([1])))]).toEqual([
    false,
    false,
  ]);
});

test("an array of a copy of the package that is laid out otherwise is named as such", () => {
  const other = Object.create({ [Symbol.for("@symloss/core")]: { kind: "NDArray", layout: 99 } }) as object;
  expect(() => ndarray(other as never)).toThrowErrorMatchingSnapshot();
});

function asTensorData(values: Float32Array): ArrayLike<number> & Iterable<number> {
  return (asTensor(values).attributes as { data: Float32Array }).data;
}
