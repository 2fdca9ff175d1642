import { cpu } from "@symloss/engine-cpu";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type DeviceArray,
  type NDArray,
  type Tensor,
  asTensor,
  compile,
  dispose,
  ndarray,
  tree,
  upload,
  valueAndGrad,
} from "../index.ts";

const engine = await cpu();

describe("tree.map", () => {
  test("goes through lists and records, and keeps them", () => {
    const parameters = { layers: [{ weights: [[1, 2]], bias: 3 }], scale: Float32Array.of(4) };
    expect(tree.map((leaf) => ndarray(leaf).size, parameters)).toEqual({ layers: [{ weights: 2, bias: 1 }], scale: 1 });
    expect(tree.leaves(parameters)).toEqual([[[1, 2]], 3, Float32Array.of(4)]);
  });

  test("takes several trees of one structure", () => {
    expect(tree.map((x, y) => [x, y], { a: 1, b: 2 }, { a: 10, b: 20 })).toEqual({ a: [1, 10], b: [2, 20] });
    expect(() => tree.map((x, y) => [x, y], { a: 1, b: 2 }, { a: 10 })).toThrow(
      "tree.map: tree 1 must have the structure of the first, got a record of a for a record of a, b.",
    );
    expect(() => tree.map(3 as never, {})).toThrow("tree.map: fn must be a function");
  });

  test("knows the types of the leaves", () => {
    const mapped = tree.map((x) => x.rank, { a: asTensor([1]) });
    expect(mapped).toEqual({ a: 1 });
    expectTypeOf(mapped).toEqualTypeOf<{ a: number }>();
  });
});

test("Adam is ten lines, and stays on the device", async () => {
  type Parameters = { weights: Tensor; bias: Tensor };
  type State = { parameters: Parameters; mean: Parameters; square: Parameters };
  const loss = ({ weights, bias }: Parameters, x: Tensor, y: Tensor): Tensor =>
    x.mul(weights).sum(1).add(bias).sub(y).square().mean();
  const step = compile(
    ({ parameters, mean, square }: State, x: Tensor, y: Tensor, t: Tensor) => {
      const [, slopes] = valueAndGrad(loss)(parameters, x, y);
      const means = tree.map((m, g) => m.mul(0.9).add(g.mul(0.1)), mean, slopes);
      const squares = tree.map((v, g) => v.mul(0.999).add(g.square().mul(0.001)), square, slopes);
      const next = tree.map(
        (p, m, v) => {
          const unbiased = m.div(t.mul(Math.log(0.9)).exp().neg().add(1));
          return p.sub(
            unbiased
              .div(
                v
                  .div(t.mul(Math.log(0.999)).exp().neg().add(1))
                  .sqrt()
                  .add(1e-8),
              )
              .mul(0.1),
          );
        },
        parameters,
        means,
        squares,
      );
      return { parameters: next, mean: means, square: squares };
    },
    { engine, results: "device" },
  );
  const zeros = { weights: [0, 0], bias: 0 };
  let state = await upload({ parameters: zeros, mean: zeros, square: zeros }, { engine });
  const [x, y] = [
    [
      [1, 0],
      [0, 1],
      [1, 1],
      [2, 1],
    ],
    [3, 4, 6, 8],
  ];
  for (let t = 1; t <= 900; t++) {
    const next = await step(state, x, y, t);
    dispose(state);
    state = next;
  }
  const [w0, w1] = await state.parameters.weights.read();
  expect([w0, w1, (await state.parameters.bias.read())[0]!].map((value) => Math.round(value! * 100) / 100)).toEqual([
    2, 3, 1,
  ]);
  dispose(state);
  dispose(state);
  await step.dispose();
});

test("mistakes are named, and nothing is lost", async () => {
  const handle = await upload([1, 2], { engine });
  expectTypeOf(handle).toEqualTypeOf<DeviceArray>();
  expect(() => dispose({ handle, other: ndarray([1]) as NDArray })).toThrow(
    "dispose: handles.other must be an array on a device, got the NDArray f32[1].",
  );
  expect([...(await handle.read())]).toEqual([1, 2]);
  await expect(upload({ weights: "none" }, { engine })).rejects.toThrow("upload: weights must be");
  await expect(upload([1], {} as never)).rejects.toThrow("upload: engine must be an engine");
  handle.dispose();
});
