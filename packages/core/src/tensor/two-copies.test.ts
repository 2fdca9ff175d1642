/** Can two copies of the package in one process, as in an application whose dependencies disagree, share arrays and tensors? */
import { cpu } from "@symloss/engine-cpu";
import { expect, test, vi } from "vitest";
import * as ours from "../index.ts";

vi.resetModules();
const theirs: typeof ours = await import("../index.ts");
const engine = await cpu();

test("they are two", () => {
  expect(theirs.Tensor).not.toBe(ours.Tensor);
  expect(theirs.NDArray).not.toBe(ours.NDArray);
});

test("arrays of one are arrays of the other", async () => {
  const array = theirs.ndarray([1, 2, 3]);
  expect([ours.isNDArray(array), ours.describe(array)]).toEqual([true, "the NDArray f32[3]"]);
  const double = ours.compile((x) => x.mul(2), { engine });
  for (let call = 0; call < 2; call++) expect((await double(array)).toArray()).toEqual([2, 4, 6]);
  const output = theirs.ndarray(new Float32Array(3));
  await double.into(output, array);
  expect([...output.data]).toEqual([2, 4, 6]);
  await double.dispose();
});

test("tensors of one are tensors of the other, with their gradients, checks and literals", async () => {
  const loss = (x: ours.Tensor): ours.Tensor =>
    theirs.sum(theirs.mul(theirs.check("loss", "x", x, { kind: "nonNegative" }), x));
  expect((await ours.evaluate(ours.grad(loss)([1, 2]), { engine })).toArray()).toEqual([2, 4]);
  await expect(ours.evaluate(loss(ours.asTensor([1, -2])), { engine })).rejects.toThrow(
    "loss: x must be 0 or above, got -2 at [1].",
  );
  const straight = theirs.customGradient((x: ours.Tensor) => ({
    value: x.sign(),
    gradient: (cotangent) => [cotangent],
  }));
  expect((await ours.evaluate(ours.grad((x) => straight(x).sum())([3]), { engine })).toArray()).toEqual([1]);
});

test("errors of one are errors of the other", async () => {
  const failing = { ...engine, compile: () => Promise.reject(new theirs.DisposedError("compile: gone.")) };
  await expect(ours.evaluate(ours.asTensor([1]), { engine: failing })).rejects.toThrow(/^compile: gone\.$/);
});
