import { cpu } from "@symloss/engine-cpu";
import { afterAll, describe, expect, expectTypeOf, test } from "vitest";
import {
  type NDArray,
  type Tensor,
  asTensor,
  compile,
  customGradient,
  evaluate,
  grad,
  stopGradient,
  valueAndGrad,
} from "../index.ts";

const engine = await cpu();
afterAll(() => engine.dispose());

const plain = async (tensor: Tensor) => (await evaluate(tensor, { engine })).toArray();

describe("grad", () => {
  test("of one argument, of several, of records", async () => {
    const f = (x: Tensor, y: Tensor) => x.mul(y).sum();
    expect(await plain(grad(f)([1, 2], [3, 4]))).toEqual([3, 4]);
    expect(await plain(grad(f, { wrt: 1 })([1, 2], [3, 4]))).toEqual([1, 2]);
    const [dx, dy] = grad(f, { wrt: [0, 1] })([1, 2], [3, 4]);
    expect([await plain(dx), await plain(dy)]).toEqual([
      [3, 4],
      [1, 2],
    ]);
    const g = grad(({ weight, biases }: { weight: Tensor; biases: Tensor[] }) =>
      weight.mul(biases[0]!).add(biases[1]!).sum(),
    );
    const { weight, biases } = g({ weight: [1, 2], biases: [Float32Array.of(3, 3), Float32Array.of(5, 5)] });
    expect([await plain(weight), await plain(biases[0]!), await plain(biases[1]!)]).toEqual([
      [3, 3],
      [1, 2],
      [1, 1],
    ]);
  });

  test("nests: the gradient of a gradient, and a Hessian times a vector", async () => {
    const cube = (x: Tensor) => x.pow(3).sum();
    const second = grad((x) => grad(cube)(x).sum());
    expect(await plain(second([1, 2]))).toEqual([6, 12]);
    const third = grad((x) => second(x).sum());
    expect(await plain(third([1, 2]))).toEqual([6, 6]);
    const product = grad((x) =>
      grad((z) => z.square().sum().square())(x)
        .mul([1, 0])
        .sum(),
    );
    // The Hessian of (x·x)² is 4 (x·x) I + 8 x xᵀ.
    expect(await plain(product([1, 2]))).toEqual([28, 16]);
  });

  test("what the function reaches by another way is constant", async () => {
    const x = asTensor([3]);
    expect(await plain(grad((y) => y.mul(x).sum())(x))).toEqual([3]);
    // d/dx of x · d/dy(x y²) at y = x is d/dx of 2 x³... but for the inner gradient x is constant: x · 2 x y.
    const nested = grad((outer) => grad((inner) => inner.square().mul(outer).sum())(outer).sum());
    expect(await plain(nested([3]))).toEqual([12]);
  });

  test("stopGradient and arguments without influence", async () => {
    expect(await plain(grad((x) => x.mul(stopGradient(x)).sum())([3]))).toEqual([3]);
    expect(await plain(grad((_, y) => y.sum())([1, 2], [3]))).toEqual([0, 0]);
  });

  test("customGradient, once and again", async () => {
    const clipped = customGradient((x) => ({
      value: x.square(),
      gradient: (cotangent) => [cotangent.mul(x).clip(-1, 1)],
    }));
    expect(await plain(grad((x) => clipped(x).sum())([0.5, 3]))).toEqual([0.5, 1]);
    expect(await plain(grad((x) => grad((y) => clipped(y).sum())(x).sum())([0.5, 3]))).toEqual([1, 0]);
    const wrong = customGradient((x) => ({ value: x, gradient: () => [[1, 2, 3]] }));
    expect(() => grad((x) => wrong(x).sum())([1])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: customGradient: gradient 0 must have its input's shape, got f32[3] for f32[1].]`,
    );
  });

  test.each<[string, () => unknown]>([
    ["a result that is no scalar", () => grad((x) => x)([1, 2])],
    ["a result that is an integer", () => grad((x) => x.argmax())([1, 2])],
    ["a result that is no tensor", () => grad((() => "loss") as never)([1])],
    ["an integer argument", () => grad((x) => x.cast("float32").sum())(Int32Array.of(1))],
    [
      "an integer leaf",
      () => grad(({ a, b }: { a: Tensor; b: Tensor }) => a.add(b).sum())({ a: [1], b: Int32Array.of(1) }),
    ],
    // @ts-expect-error there is no such argument
    ["an argument that is not there", () => grad((x) => x.sum(), { wrt: 1 })([1])],
    ["a result without its auxiliary", () => grad(((x: Tensor) => x.sum()) as never, { auxiliary: true })([1])],
    ["an unknown option", () => grad((x) => x.sum(), { wrtt: 1 } as never)],
    ["auxiliary in words", () => grad((x) => x.sum(), { auxiliary: "yes" } as never)],
    ["an argument by name", () => valueAndGrad((x) => x.sum(), { wrt: "x" } as never)],
    ["a tensor for a function", () => grad(asTensor([1]) as never)],
  ])("refuses %s", (_, call) => {
    expect(call).toThrowErrorMatchingSnapshot();
  });
});

describe("valueAndGrad", () => {
  test("gives loss, gradient and anything else from one run", async () => {
    const step = compile(
      valueAndGrad(
        (x: Tensor, y: Tensor) => {
          const error = x.sub(y);
          return [error.square().mean(), { error }] as const;
        },
        { auxiliary: true },
      ),
      { engine },
    );
    const [loss, gradient, { error }] = await step([1, 2], [0, 4]);
    expectTypeOf(loss).toEqualTypeOf<NDArray>();
    expectTypeOf(gradient).toEqualTypeOf<NDArray>();
    expectTypeOf(error).toEqualTypeOf<NDArray>();
    expect([loss.item(), gradient.toArray(), error.toArray()]).toEqual([2.5, [1, -2], [1, -2]]);
    await step.dispose();
  });

  test("an unannotated function has tensors as arguments", async () => {
    const step = compile(
      valueAndGrad((x, y) => x.mul(y).sum(), { wrt: [0, 1] }),
      { engine },
    );
    const [, [dx, dy]] = await step([2], [5]);
    expect([dx.item(), dy.item()]).toEqual([5, 2]);
    await step.dispose();
  });
});
