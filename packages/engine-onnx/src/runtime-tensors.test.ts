/** Are the tensors of ONNX Runtime arrays, wherever arrays are taken? */
import { type ArrayInput, asTensor, ndarray } from "@symloss/core";
import { Tensor } from "onnxruntime-web/wasm";
import { describe, expect, test } from "vitest";

describe("a tensor of ONNX Runtime", () => {
  test("is an array", () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const array = ndarray(new Tensor("float32", data, [2, 3]));
    expect([array.dtype, array.shape, array.data]).toEqual(["float32", [2, 3], data]);
    expect(array.data).toBe(data);
    expect(asTensor(new Tensor("int64", BigInt64Array.of(1n, -2n), [2])).toString()).toBe("i32[2]");
    expect(ndarray(new Tensor("bool", [true, false], [1, 2])).toArray()).toEqual([[true, false]]);
    expect(ndarray(new Tensor("uint8", Uint8Array.of(7), [])).item()).toBe(7);
  });

  test("of whatever type is one to TypeScript", () => {
    const result = new Tensor("float32", Float32Array.of(1), [1]) as Tensor;
    const input: ArrayInput = result;
    expect(ndarray(input).item()).toBe(1);
  });

  test.each([
    ["text", new Tensor("string", ["a"], [1])],
    ["a nibble for each element", new Tensor("uint4", new Uint8Array(1), [2])],
    ["elements on a GPU", Tensor.fromGpuBuffer({} as never, { dataType: "float32", dims: [2] })],
    ["no elements any more", disposed()],
  ])("is refused if it has %s", (_, tensor) => {
    expect(() => ndarray(tensor)).toThrowErrorMatchingSnapshot();
  });

  const float16 = (): ArrayInput => new Tensor("float16", Uint16Array.of(15360), [1]) as Tensor;
  test.skipIf("Float16Array" in globalThis)("of float16 is refused, where its elements are bits", () => {
    expect(() => ndarray(float16())).toThrow('its type "float16", got a Uint16Array');
  });
  test.runIf("Float16Array" in globalThis)("of float16 is float32, where JavaScript has its elements", () => {
    expect(ndarray(float16()).item()).toBe(1);
  });
});

function disposed(): Tensor {
  const tensor = new Tensor("float32", new Float32Array(2), [2]);
  tensor.dispose();
  return tensor;
}
