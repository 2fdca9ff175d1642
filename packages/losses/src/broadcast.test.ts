/** Has each loss that broadcasts the gradients of the repeated arguments, summed back to the shapes that were given? */
import {
  type NDArray,
  type Tensor,
  broadcastShapes,
  broadcastTo,
  compile,
  evaluate,
  grad,
  ndarray,
} from "@symloss/core";
import { describe, expect, test } from "vitest";
import { engine } from "../test/on-cpu.ts";
import { type AnyLoss, losses } from "./catalogue.ts";

const broadcasting = Object.values(losses).filter(({ definition }) => definition.broadcasts);

/** Numbers that suit every loss, with the axes of its role behind those that broadcast. */
function sample(shape: readonly number[], seed: number): NDArray {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = Float64Array.from({ length: size }, (_, index) => 0.1 + ((index * 7 + seed * 5) % 11) / 13);
  return ndarray(values, shape);
}

describe.each(broadcasting.map((loss): [string, AnyLoss] => [loss.definition.name, loss]))("%s", (_, loss) => {
  const { arguments: wanted } = loss.definition;
  const names = wanted.map(({ name }) => name);
  const rest = wanted.map(({ shape }) => (shape.includes("classes") ? [3] : []));

  test.each([
    [[], [2, 3]],
    [[2, 1], [3]],
    [
      [1, 4],
      [2, 1],
    ],
    [[2, 3], []],
  ])("of leading shapes [%s] and [%s], to any order", async (left, right) => {
    const arrays = [left, right].map((shape, index) => sample([...shape, ...rest[index]!], index + 1));
    const total = (args: readonly Tensor[]): Tensor =>
      (loss(Object.fromEntries(names.map((name, index) => [name, args[index]!]))) as Tensor).sum();
    const repeated = await Promise.all(
      arrays.map((array, index) => {
        const shape = [...broadcastShapes(left, right)!, ...rest[index]!];
        return evaluate(broadcastTo(array, shape), { engine });
      }),
    );
    for (const wrt of [0, 1]) {
      if (!wanted[wrt]!.differentiable) continue;
      const derive = (args: Tensor[]): Tensor => grad((...own: Tensor[]) => total(own), { wrt })(...args) as Tensor;
      const first = compile((...args: Tensor[]) => derive(args), { engine });
      const got = await first(...arrays);
      expect(got.shape).toEqual(arrays[wrt]!.shape);
      const whole = await first(...repeated);
      expect(sumOf(got)).toBeCloseTo(sumOf(whole), 10);
      const second = grad((...args: Tensor[]) => derive(args).square().sum(), { wrt })(
        ...(arrays as never[]),
      ) as Tensor;
      expect((await evaluate(second, { engine })).data.every(Number.isFinite)).toBe(true);
      await first.dispose();
    }
  });
});

function sumOf({ data }: NDArray): number {
  return Float64Array.from(data).reduce((total, value) => total + value, 0);
}
