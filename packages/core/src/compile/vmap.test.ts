/** What does a batch of a function take, and refuse? That it is right for every operation is tested beside the oracle. */
import { cpu } from "@symloss/engine-cpu";
import { expect, test } from "vitest";
import { type Tensor, check, evaluateSync, grad, ndarray, vmap } from "../index.ts";

const engine = await cpu();
const valueOf = (tensor: Tensor): unknown => evaluateSync(tensor, { engine }).toArray();

test("examples lie along any axis, and results too", () => {
  const total = vmap((x: Tensor) => x.sum(), { in: -1 });
  expect(
    valueOf(
      total([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ),
  ).toEqual([5, 7, 9]);
  const outer = vmap((x: Tensor) => x.mul([1, 10]), { out: 1 });
  expect(valueOf(outer([1, 2, 3]))).toEqual([
    [1, 2, 3],
    [10, 20, 30],
  ]);
  expect(vmap((x: Tensor) => x.mul([1, 10]), { out: -1 })([1, 2, 3]).shape).toEqual([2, 3]);
});

test("arguments are shared, or trees, and results are trees", () => {
  const linear = ({ w, b }: { w: Tensor; b: Tensor }, x: Tensor): { y: Tensor; size: Tensor } => ({
    y: w.mul(x).sum().add(b),
    size: x.abs().max(),
  });
  const { y, size } = vmap(linear, { in: [null, 0] })({ w: [1, 2], b: 1 }, [
    [1, 1],
    [2, -3],
  ]);
  expect([valueOf(y), valueOf(size)]).toEqual([
    [4, -3],
    [1, 3],
  ]);
});

test("a result that depends on no example is repeated", () => {
  expect(valueOf(vmap((x: Tensor, y: Tensor) => [x, y.mul(2)], { in: [0, null] })([1, 2], 3)[1]!)).toEqual([6, 6]);
});

test("gradients of each example", () => {
  const slope = vmap(
    grad((w: Tensor, x: Tensor) => w.mul(x).sum().square()),
    { in: [null, 0] },
  );
  expect(
    valueOf(
      slope(
        [1, 2],
        [
          [1, 0],
          [0, 1],
          [1, 1],
        ],
      ),
    ),
  ).toEqual([
    [2, 0],
    [0, 4],
    [6, 6],
  ]);
});

test("numbers take the precision of what they meet", () => {
  const x = ndarray(Float64Array.of(0.1));
  expect(valueOf(vmap((y: Tensor) => y.mul(x).sum())([0.1, 0.2]))).toEqual([0.1 * 0.1, 0.1 * 0.2]);
});

test("checks see every example", () => {
  const checked = vmap((x: Tensor) => check("loss", "x", x, { kind: "positive" }).log());
  expect(() =>
    valueOf(
      checked([
        [1, 2],
        [3, -4],
      ]),
    ),
  ).toThrow("loss: x must be above 0, got -4 at [1, 1]");
});

test("an empty batch gives an empty one", () => {
  expect(evaluateSync(vmap((x: Tensor) => x.sum())(ndarray(new Float32Array(0), [0, 3])), { engine }).shape).toEqual([
    0,
  ]);
});

test.each([
  [() => vmap((x: Tensor) => x)(3), "vmap: argument 0 must have the axis 0 of the batch, got"],
  [
    () => vmap((x: Tensor, y: Tensor) => x.add(y))([1, 2], [1, 2, 3]),
    "vmap: argument 1 must have 2 examples, as many as the arrays before it, got 3.",
  ],
  [() => vmap((x: Tensor) => x, { in: null })([1]), "vmap: in must give an axis to at least one array, got none"],
  [
    () => vmap((x: Tensor) => x, { in: [0, 0] })([1]),
    "vmap: in must have an axis for each argument, got [0,0] for 1 argument.",
  ],
  [() => vmap((x: Tensor) => x, { in: 2 })([1]), "vmap: axis must be one of"],
  [() => vmap((x: Tensor) => x, { out: 1 })([1]), "vmap: out must be an axis of the result, got 1 for"],
  [() => vmap((x: Tensor) => x, { in: 0.5 }), "vmap: in must be an axis, null, or a list of them, got 0.5."],
  [() => vmap((x: Tensor) => x, { axis: 0 } as never), 'vmap: options must be among in, out, got "axis".'],
  [() => vmap((x: Tensor) => x)("x" as never), "vmap: argument 0 must be a tensor or an array, got"],
  [() => vmap((x: Tensor) => `${x}` as never)([1]), "vmap: the function must return a Tensor"],
])("mistake %# is named", (run, message) => {
  expect(run).toThrow(message);
});
