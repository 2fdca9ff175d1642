/** Does a function whose lengths vary have one session, and the results that it has when it is compiled for each of them? */
import { type Tensor, compile, ndarray, upload, valueAndGrad } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import { afterAll, describe, expect, test, vi } from "vitest";
import { onnx } from "./engine.ts";

const engine = await onnx();
const reference = await cpu();
afterAll(async () => {
  await engine.dispose();
});

const batch = (argument: number) => ({ argument, axis: 0, name: "batch" });

/** Logits and labels of so many examples. */
function examples(count: number): readonly [logits: number[][], labels: Int32Array] {
  const logits = Array.from({ length: count }, (_, row) => [Math.sin(row), Math.cos(row), row % 3]);
  return [logits, Int32Array.from(logits, (_, row) => row % 3)];
}

const loss = valueAndGrad((logits: Tensor, labels: Tensor) => sparseSoftmaxCrossentropyLogits(labels, logits).mean());

describe("a loss of a batch of any length", () => {
  test("is compiled once, and takes what each call brings", async () => {
    const compiling = vi.spyOn(engine, "compile");
    const dynamic = compile(loss, { engine, dynamic: [batch(0), batch(1)] });
    const each = compile(loss, { engine: reference });
    for (const count of [8, 1, 13, 8, 200]) {
      const [logits, labels] = examples(count);
      const [value, gradient] = await dynamic(logits, labels);
      const [expected, slope] = await each(logits, labels);
      expect(gradient.shape).toEqual([count, 3]);
      expect(value.item()).toBeCloseTo(expected.item(), 6);
      for (const [index, element] of gradient.data.entries()) expect(element).toBeCloseTo(slope.data[index]!, 6);
    }
    expect(compiling).toHaveBeenCalledTimes(1);
    compiling.mockRestore();
    await dynamic.dispose();
  });

  test("checks its labels whatever its length", async () => {
    const dynamic = compile(loss, { engine, dynamic: [batch(0), batch(1)] });
    await dynamic(...examples(4));
    const [logits] = examples(2);
    await expect(dynamic(logits, Int32Array.of(0, 3))).rejects.toThrow(
      "labels must be integers from 0 to 2, got 3 at [1]",
    );
    await dynamic.dispose();
  });
});

describe("lengths of several names", () => {
  const dynamic = [
    { argument: 0, axis: 0, name: "rows" },
    { argument: 0, axis: 1, name: "inner dimension" },
    { argument: 1, axis: -2, name: "inner dimension" },
  ];

  test("are told apart, in calls that overlap, and in results that are written or stay", async () => {
    const multiply = compile((x: Tensor, y: Tensor) => x.matmul(y), { engine, dynamic });
    const ones = (...shape: number[]) => ndarray(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1), shape);
    const shapes = [
      [2, 3],
      [1, 5],
      [4, 4],
      [2, 3],
    ] as const;
    const results = await Promise.all(shapes.map(([rows, inner]) => multiply(ones(rows, inner), ones(inner, 2))));
    for (const [index, [rows, inner]] of shapes.entries()) {
      expect(results[index]!.shape).toEqual([rows, 2]);
      expect(new Set(results[index]!.data)).toEqual(new Set([inner]));
    }
    const into = new Float32Array(6);
    await multiply.into(into, ones(3, 7), ones(7, 2));
    expect(into).toEqual(new Float32Array(6).fill(7));
    await expect(multiply.into(into, ones(2, 7), ones(7, 2))).rejects.toThrow("outputs must hold f32[2,2]");
    const held = compile((x: Tensor) => x.exp(), {
      engine,
      dynamic: [{ argument: 0, axis: 0, name: "n" }],
      results: "device",
    });
    const first = await held(await upload([0, 0, 0], { engine }));
    const second = await held(first);
    expect([first.shape, second.shape]).toEqual([[3], [3]]);
    expect((await second.read())[0]).toBeCloseTo(Math.E, 5);
    expect((await held([])).shape).toEqual([0]);
    await multiply.dispose();
    await held.dispose();
  });

  test("are not mistaken for numbers", async () => {
    const named = compile((x: Tensor) => x.neg(), { engine, dynamic: [{ argument: 0, axis: 0, name: "3" }] });
    const numbered = compile((x: Tensor) => x.neg(), { engine });
    expect((await named([1, 2])).toArray()).toEqual([-1, -2]);
    expect((await numbered([1, 2, 3])).toArray()).toEqual([-1, -2, -3]);
    expect((await named([1])).toArray()).toEqual([-1]);
    await Promise.all([named.dispose(), numbered.dispose()]);
  });

  test("must be known where the function needs a number", async () => {
    const halves = compile((x: Tensor) => x.reshape([2, -1]), {
      engine,
      dynamic: [{ argument: 0, axis: 0, name: "n" }],
    });
    await expect(halves([1, 2, 3, 4])).rejects.toThrow(/reshape: .*n/);
  });
});
