/** Does the engine work on a build of onnxruntime-web without float64, and are its sums still right? */
import { cast, compile, evaluate, ndarray, sum } from "@symloss/core";
import { allOperations } from "@symloss/core/engine";
import { cpu } from "@symloss/engine-cpu";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import * as ort from "onnxruntime-web/webgpu";
import { expect, test } from "vitest";
import { edgeDifferences } from "../test/edges.ts";
import { onnx } from "./index.ts";

const engine = await onnx({ ort });
const definition = await cpu({ mode: "interpreter" });

test("it declares none, and refuses it by name", async () => {
  expect(engine.traits.dtypes).toEqual(["float32", "int32", "bool"]);
  await expect(evaluate(sum(ndarray([1], [1], "float64")), { engine })).rejects.toMatchObject({ name: "DTypeError" });
});

test.each([
  ["a million", [1_000_000], null],
  ["a count that is no power of two", [999_983], null],
  ["rows", [3, 300_001], 1],
  ["columns", [300_001, 3], 0],
  ["outer and inner axes", [101, 3, 997], [0, 2]],
])("sums of %s times 0.1 are right to 1e-6", async (_, shape, axis) => {
  const term = Math.fround(0.1);
  const size = shape.reduce((left, right) => left * right, 1);
  const { data } = await evaluate(sum(ndarray(new Float32Array(size).fill(term), shape), axis), { engine });
  const want = (size / data.length) * term;
  for (const got of data) expect(Math.abs(got / want - 1)).toBeLessThan(1e-6);
});

test("casts to integers truncate, saturate and make NaN 0", async () => {
  const values = ndarray([NaN, 2147483520, 2147483648, 1e20, -1e20, -2147483648, 1.9, -1.9]);
  const { data } = await evaluate(cast(values, "int32"), { engine });
  expect([...data]).toEqual([0, 2147483520, 2147483647, 2147483647, -2147483648, -2147483648, 1, -1]);
});

test("a loss gives what it must", async () => {
  const fn = compile((labels, logits) => sparseSoftmaxCrossentropyLogits(labels, logits).mean(), { engine });
  expect(
    (
      await fn(ndarray([0, 2], [2], "int32"), [
        [1, 1, 1],
        [1e4, 0, 1e4],
      ])
    ).item(),
  ).toBeCloseTo((Math.log(3) + Math.log(2)) / 2, 6);
  await fn.dispose();
});

test.each(allOperations)("%s is right at its edges", async (operation) => {
  expect(await edgeDifferences(engine, definition, operation)).toEqual([]);
});
