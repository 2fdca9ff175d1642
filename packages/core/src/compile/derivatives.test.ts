import { cpu } from "@symloss/engine-cpu";
import { describe, expect, test } from "vitest";
import {
  type Tensor,
  customGradient,
  evaluateSync,
  grad,
  hessian,
  hessianVectorProduct,
  jacobian,
  jvp,
  log,
  ndarray,
  scan,
  softmax,
} from "../index.ts";

const engine = await cpu();
const valueOf = (tensor: Tensor): unknown => evaluateSync(tensor, { engine }).toArray();

describe("jvp", () => {
  test("is the value, and the derivative along the tangent", () => {
    const [value, derivative] = jvp((x: Tensor, y: Tensor) => x.mul(y).sum())([1, 0, 2], [3, 4, 5], [1, 10, 100]);
    expect([valueOf(value), valueOf(derivative)]).toEqual([543, 201]);
  });

  test("is of the argument wrt, and of trees", () => {
    const linear = ({ weights, bias }: { weights: Tensor; bias: Tensor }, x: Tensor): Tensor =>
      weights.mul(x).sum().add(bias);
    const parameters = { weights: [1, 2], bias: 3 };
    const [, byParameters] = jvp(linear)({ weights: [1, 1], bias: 10 }, parameters, [5, 7]);
    const [, byInput] = jvp(linear, { wrt: 1 })([1, 0], parameters, [5, 7]);
    expect([valueOf(byParameters), valueOf(byInput)]).toEqual([22, 1]);
  });

  test("is infinite where the slope is, and that of a custom gradient", () => {
    expect(valueOf(jvp((x: Tensor) => log(x))(1, 0)[1])).toBe(Infinity);
    const straight = customGradient((x: Tensor) => ({
      value: x.sign(),
      gradient: (cotangent: Tensor) => [cotangent.mul(3)],
    }));
    expect(valueOf(jvp((x: Tensor) => straight(x))([2], [5])[1])).toEqual([6]);
  });
});

describe("jacobian", () => {
  test("has the axes of the result, then those of the argument", () => {
    const of = jacobian((x: Tensor) => x.expandDims(1).mul([1, 2]))([3, 4, 5]);
    expect(of.shape).toEqual([3, 2, 3]);
    expect(valueOf(of.sum(2))).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
  });

  test("of softmax is diag(p) - p p^T, and of a scan what each step passes on", () => {
    const p = evaluateSync(softmax([0.5, 1, -1]), { engine }).data;
    const want = Array.from(p, (row, i) => Array.from(p, (column, j) => (i === j ? row : 0) - row * column));
    for (const [i, row] of (valueOf(jacobian((x: Tensor) => softmax(x))([0.5, 1, -1])) as number[][]).entries()) {
      for (const [j, value] of row.entries()) expect(value).toBeCloseTo(want[i]![j]!, 6);
    }
    const sums = (x: Tensor): Tensor => scan((carry, slice) => [carry.add(slice), carry.add(slice)], 0, x)[1] as Tensor;
    expect(valueOf(jacobian(sums)([1, 2, 3]))).toEqual([
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
    ]);
  });

  test("of trees is a tree of the argument's for each tensor of the result", () => {
    const fn = (p: { a: Tensor; b: Tensor }): { sum: Tensor; product: Tensor } => ({
      sum: p.a.add(p.b),
      product: p.a.mul(p.b),
    });
    const { sum, product } = jacobian(fn)({ a: [1, 2], b: [3, 4] });
    expect(valueOf(sum.a)).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(valueOf(product.b)).toEqual([
      [1, 0],
      [0, 2],
    ]);
  });

  test("of an empty result is empty", () => {
    expect(jacobian((x: Tensor) => x.slice([0], [0]))([1, 2]).shape).toEqual([0, 2]);
  });
});

const cubic = (x: Tensor): Tensor => x.square().sum().mul(x.sum());

test("the hessian is symmetric, and its product with a vector needs not all of it", () => {
  expect(valueOf(hessian(cubic)([3, 4]))).toEqual([
    [26, 14],
    [14, 30],
  ]);
  expect(valueOf(hessianVectorProduct(cubic)([1, -1], [3, 4]))).toEqual([12, -16]);
  expect(valueOf(grad((x: Tensor) => hessianVectorProduct(cubic)([1, 0], x).sum())([3, 4]))).toEqual([8, 4]);
});

test("float64 stays float64", () => {
  const x = ndarray(Float64Array.of(3, 4));
  expect(hessian(cubic)(x).dtype).toBe("float64");
  expect(jacobian((y: Tensor) => y.mul(x))([1, 2]).dtype).toBe("float64");
});

describe("mistakes are named", () => {
  test.each([
    [() => jvp((x: Tensor) => x)([1], [1, 2]), "jvp: tangent must have the shape of the argument, got"],
    [
      () => jvp((x: Tensor) => x)({ a: [1] } as never, [1]),
      "jvp: tangent must have the structure of the argument, got",
    ],
    [
      () => hessianVectorProduct(cubic)([1], [1, 2]),
      "hessianVectorProduct: vector must have the shape of the argument",
    ],
    [
      () => jvp((x: Tensor) => x, { wrt: 1 as 0 })([1], [1]),
      "jvp: wrt must be the position of an argument, got 1 for 1 argument.",
    ],
    [() => jacobian((x: Tensor) => x.greater(0))([1]), "jacobian: the function must return floats, got"],
    [() => jacobian((x: Tensor) => x)(ndarray(Int32Array.of(1))), "jacobian: argument 0 must be float, got"],
    [() => jacobian((x: Tensor) => x, { wtr: 0 } as never), 'jacobian: options must be among wrt, got "wtr".'],
    [() => hessian((x: Tensor) => x)([1, 2]), "hessian: the function must return a scalar, got"],
    [() => hessian(3 as never), "hessian: fn must be a function"],
  ])("%#", (run, message) => {
    expect(run).toThrow(message);
  });
});
