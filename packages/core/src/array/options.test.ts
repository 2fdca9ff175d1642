import { cpu } from "@symloss/engine-cpu";
import { expect, test } from "vitest";
import { traceGraph } from "../engine.ts";
import {
  type Tensor,
  add,
  asTensor,
  concat,
  customGradient,
  einsum,
  exp,
  explain,
  eye,
  grad,
  oneHot,
  squeeze,
  stack,
  sum,
  zeros,
} from "../index.ts";

const engine = await cpu();
const x = asTensor([
  [1, 2],
  [3, 4],
]);

/** Calls a method or function in a way that its type does not allow. */
const loose = x as unknown as Readonly<Record<string, (...args: unknown[]) => Tensor>>;

test.each<[string, () => unknown]>([
  ["an option under another library's name", () => loose["sum"]!({ axes: 0 })],
  ["keepDims", () => loose["mean"]!({ keepDims: true })],
  ["axes one after the other", () => loose["sum"]!(0, 1)],
  ["an axis and then options", () => loose["sum"]!(0, { keepAxes: true })],
  ["an axis that is a record", () => loose["sum"]!({ axis: {} })],
  ["keepAxes that is a number", () => loose["max"]!({ axis: 0, keepAxes: 1 })],
  ["options that are a bigint", () => loose["min"]!(5n)],
  ["dim of argmax", () => loose["argmax"]!({ dim: 0 })],
  ["a list of axes of argmax", () => loose["argmax"]!([0])],
  ["options of softmax", () => loose["softmax"]!({ axis: 0 })],
  ["a permutation that is no list", () => loose["transpose"]!(1)],
  ["axes of transpose one after the other", () => loose["transpose"]!(1, 0)],
  ["a shape one after the other", () => loose["reshape"]!(4, 1)],
  ["a shape with a name, one after the other", () => loose["broadcastTo"]!("batch", 2, 2)],
  ["more operands than a method takes", () => loose["add"]!(1, 2)],
  ["an operand of a unary method", () => loose["exp"]!(2)],
  ["axes of squeeze one after the other", () => (squeeze as (...args: unknown[]) => Tensor)(zeros([1, 1]), 0, 1)],
  ["too many stops", () => x.slice([0], [1, 1, 1])],
  ["a list of reduce's arguments", () => [x].map(sum as never)],
  ["a shape with a hole", () => zeros(Array<number>(2))],
  ["classes below 0", () => oneHot([0], -1)],
  ["a dtype that is a bigint", () => zeros([1], 5n as never)],
  ["an unknown dtype", () => eye(2, "float16" as never)],
  ["tensors that are a number", () => concat(3 as never)],
  ["tensors that are a string", () => stack("ab" as never)],
  ["an equation that is a number", () => einsum(3 as never, x)],
  ["an operand that is null", () => x.clip(null as never, 2)],
  [
    "the type of an input under another name",
    () => traceGraph("exportOnnx", (inputs: never) => inputs, { x: { shape: [1], type: "int32" } as never }),
  ],
  [
    "a type without a shape",
    () => traceGraph("exportOnnx", (inputs: never) => inputs, { x: { dtype: "int32" } as never }),
  ],
  ["no types at all", () => traceGraph("exportOnnx", (inputs: never) => inputs, null as never)],
  ["an option of grad", () => grad((y: Tensor) => y.sum(), { argnums: 0 } as never)],
  ["a custom gradient of no function", () => customGradient(1 as never)],
  ["a custom gradient without a gradient", () => customGradient((y: Tensor) => y as never)([1])],
  [
    "a custom gradient that is no list",
    () => grad(customGradient((y: Tensor) => ({ value: y, gradient: (g) => g as never })) as never)(1),
  ],
])("refuses %s", (_, call) => {
  expect(call).toThrowErrorMatchingSnapshot();
});

test.each<[string, () => Promise<string>]>([
  // @ts-expect-error a type is missing
  ["no type for a parameter", () => explain((y: Tensor) => y, { engine })],
  ["no type for any argument", () => explain((...all: Tensor[]) => add(all[0] as never, 1), { engine })],
  ["a type under another name", () => explain((y: Tensor) => y, { engine }, { shape: [2], type: "int32" } as never)],
])("explain refuses %s", async (_, call) => {
  await expect(call()).rejects.toThrowErrorMatchingSnapshot();
});

test("an elementwise function may be handed to map and reduce, which give it more than it takes", () => {
  expect([x, x].map(exp)).toHaveLength(2);
  expect([x, x, x].reduce(add)).toMatchObject({ operation: "add" });
});

test("one length that is left open is told even of nothing, where only one is possible", () => {
  expect(`${zeros([0, 3]).reshape([-1, 3])}`).toBe("f32[0,3]");
  expect(() => zeros([0, 3]).reshape([-1, 0])).toThrow("reshape: the shape must hold the same elements, got [-1,0]");
});
