import {
  type DType,
  type Operation,
  type OperationAttributes,
  Tensor,
  type TypedArray,
  allocate,
} from "@symloss/core/engine";
import { describe, expect, test } from "vitest";
import { rowMajor } from "./layout.ts";
import { operations } from "./operations.ts";
import { planGraph } from "./plan.ts";

interface Operand {
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** Runs one operation on inputs, and returns its elements. */
function run<O extends Operation>(
  operation: O,
  operands: readonly Operand[],
  attributes: OperationAttributes[O],
  shape: readonly number[],
  dtype: DType = operands[0]!.dtype,
): number[] {
  const inputs = operands.map(input);
  const output = new Tensor(operation, inputs, attributes, shape, dtype);
  const [result] = planGraph({ inputs, outputs: [output] }).run(operands.map(({ data }) => data));
  expect(result).toBeInstanceOf(allocate(dtype, 0).constructor);
  return [...result!];
}

function input({ shape, dtype }: Operand): Tensor {
  return new Tensor("input", [], { name: "x", shape, dtype }, shape, dtype);
}

function array(
  values: readonly number[],
  shape: readonly number[] = [values.length],
  dtype: DType = "float32",
): Operand {
  const data = allocate(dtype, values.length);
  data.set(values);
  return { data, shape, dtype };
}

/** 1, 2, 3, .. in this shape. */
function count(shape: readonly number[], dtype: DType = "float32"): Operand {
  const size = shape.reduce((left, right) => left * right, 1);
  return array(
    Array.from({ length: size }, (_, index) => index + 1),
    shape,
    dtype,
  );
}

const everyDType: readonly DType[] = ["float32", "float64", "int32", "bool"];
const none = {};

describe("elementwise", () => {
  test("float32 results are rounded to float32, float64 results are not", () => {
    expect(run("add", [array([1]), array([2 ** -30])], none, [1])).toEqual([1]);
    const [x, y] = [array([1], [1], "float64"), array([2 ** -30], [1], "float64")];
    expect(run("add", [x, y], none, [1])).toEqual([1 + 2 ** -30]);
    expect(run("exp", [array([1])], none, [1])).toEqual([Math.fround(Math.E)]);
  });

  test("integers are truncated and saturate", () => {
    const most = 2147483647;
    const int = (...values: number[]) => array(values, [values.length], "int32");
    expect(run("add", [int(most, -most - 1), int(1, -1)], none, [2])).toEqual([most, -most - 1]);
    expect(run("mul", [int(65536, -65536), int(65536, 65536)], none, [2])).toEqual([most, -most - 1]);
    expect(run("neg", [int(-most - 1)], none, [1])).toEqual([most]);
    expect(run("abs", [int(-most - 1)], none, [1])).toEqual([most]);
    expect(run("pow", [int(2, 2, 0, 3), int(-1, 40, -1, 4)], none, [4])).toEqual([0, most, most, 81]);
  });

  test("NaN, infinities and -0", () => {
    const x = array([NaN, Infinity, -Infinity, -0]);
    expect(run("sign", [x], none, [4])).toEqual([NaN, 1, -1, -0]);
    expect(run("relu", [x], none, [4])).toEqual([NaN, Infinity, 0, 0]);
    expect(run("sigmoid", [x], none, [4])).toEqual([NaN, 1, 0, 0.5]);
    expect(run("softplus", [x], none, [4])).toEqual([NaN, Infinity, 0, Math.fround(Math.LN2)]);
    expect(run("maximum", [x, array([1, NaN, NaN, 0])], none, [4])).toEqual([NaN, NaN, NaN, 0]);
    expect(run("minimum", [x, array([1, NaN, NaN, 0])], none, [4])).toEqual([NaN, NaN, NaN, -0]);
    expect(run("equal", [x, array([NaN, Infinity, Infinity, 0])], none, [4], "bool")).toEqual([0, 1, 0, 1]);
    expect(run("lessEqual", [x, array([NaN, NaN, -Infinity, 0])], none, [4], "bool")).toEqual([0, 0, 1, 1]);
  });

  test("the tails of sigmoid and softplus keep their digits", () => {
    const x = array([-40, -80, 40], [3], "float64");
    expect(run("sigmoid", [x], none, [3])).toEqual([Math.exp(-40), Math.exp(-80), 1]);
    expect(run("softplus", [x], none, [3])).toEqual([Math.exp(-40), Math.exp(-80), 40]);
  });

  test("the side that where does not choose has no influence", () => {
    const condition = array([1, 0, 1], [3], "bool");
    expect(run("where", [condition, array([1, NaN, 3]), array([NaN, 5, Infinity])], none, [3], "float32")).toEqual([
      1, 5, 3,
    ]);
  });

  test.each(everyDType)("where chooses %s", (dtype) => {
    const operands = [array([0, 1], [2], "bool"), array([1, 1], [2], dtype), array([0, 0], [2], dtype)];
    expect(run("where", operands, none, [2], dtype)).toEqual([0, 1]);
  });

  test("cast truncates, saturates and makes NaN 0; only zero is false", () => {
    const x = array([1.9, -1.9, NaN, Infinity, -Infinity, 3e9, -0, 0.1]);
    expect(run("cast", [x], { dtype: "int32" }, [8], "int32")).toEqual([
      1, -1, 0, 2147483647, -2147483648, 2147483647, 0, 0,
    ]);
    expect(run("cast", [x], { dtype: "bool" }, [8], "bool")).toEqual([1, 1, 1, 1, 1, 1, 0, 1]);
    const wide = array([16777217, 0.1], [2], "float64");
    expect(run("cast", [wide], { dtype: "float32" }, [2], "float32")).toEqual([16777216, Math.fround(0.1)]);
  });
});

describe("reductions", () => {
  test("along each axis, several axes and all", () => {
    const x = count([2, 3, 4]);
    expect(run("sum", [x], { axes: [0, 1, 2] }, [])).toEqual([300]);
    expect(run("sum", [x], { axes: [1] }, [2, 4])).toEqual([15, 18, 21, 24, 51, 54, 57, 60]);
    expect(run("sum", [x], { axes: [0, 2] }, [3])).toEqual([68, 100, 132]);
    expect(run("max", [x], { axes: [0, 2] }, [3])).toEqual([16, 20, 24]);
    expect(run("sum", [x], { axes: [] }, [2, 3, 4])).toEqual([...x.data]);
    expect(run("argmax", [x], { axis: 1 }, [2, 4], "int32")).toEqual(Array(8).fill(2));
  });

  test("of nothing the sum is 0", () => {
    expect(run("sum", [array([], [0])], { axes: [0] }, [])).toEqual([0]);
    expect(run("sum", [array([], [3, 0])], { axes: [1] }, [3])).toEqual([0, 0, 0]);
    expect(run("sum", [array([], [3, 0])], { axes: [0] }, [0])).toEqual([]);
    expect(run("logSumExp", [array([], [2, 0])], { axis: 1 }, [2])).toEqual([-Infinity, -Infinity]);
    expect(run("softmax", [array([], [2, 0])], { axis: 1 }, [2, 0])).toEqual([]);
  });

  test("of a scalar", () => {
    expect(run("sum", [array([7], [])], { axes: [] }, [])).toEqual([7]);
    expect(run("max", [array([NaN], [])], { axes: [] }, [])).toEqual([NaN]);
  });

  test("ten million float32 are summed to a relative error of 1e-6, on every axis", () => {
    const data = new Float32Array(1e7).fill(0.1);
    const want = 1e7 * Math.fround(0.1);
    const sumOf = (shape: number[], axes: number[], result: number[]) =>
      run("sum", [{ data, shape, dtype: "float32" }], { axes }, result);
    expect(Math.abs(sumOf([1e7], [0], [])[0]! / want - 1)).toBeLessThan(1e-7);
    expect(Math.abs(sumOf([1e7 / 2, 2], [0], [2])[1]! / (want / 2) - 1)).toBeLessThan(1e-7);
    expect(Math.abs(sumOf([2, 1e6, 5], [0, 2], [1e6])[0]! / (want / 1e6) - 1)).toBeLessThan(1e-7);
  });

  test("float64 sums keep their digits", () => {
    const values = Float64Array.from({ length: 1_000_003 }, () => 0.1);
    const [total] = run("sum", [{ data: values, shape: [values.length], dtype: "float64" }], { axes: [0] }, []);
    expect(Math.abs(total! / 100000.3 - 1)).toBeLessThan(5e-15);
  });

  test("integer sums are exact beyond float32, and saturate", () => {
    expect(run("sum", [array([16777216, 1, 2147483000, -2147483000], [4], "int32")], { axes: [0] }, [])).toEqual([
      16777217,
    ]);
    expect(run("sum", [array([2147483647, 1], [2], "int32")], { axes: [0] }, [])).toEqual([2147483647]);
  });

  test("NaN is carried; argmax takes the first NaN, else the first of the largest", () => {
    const x = array([1, NaN, 3, NaN, 2, 5, 5, 0], [2, 4]);
    expect(run("max", [x], { axes: [1] }, [2])).toEqual([NaN, 5]);
    expect(run("sum", [x], { axes: [1] }, [2])).toEqual([NaN, 12]);
    expect(run("argmax", [x], { axis: 1 }, [2], "int32")).toEqual([1, 1]);
    expect(run("argmax", [x], { axis: 0 }, [4], "int32")).toEqual([1, 0, 1, 0]);
    expect(run("argmax", [array([0, 1, 1], [3], "bool")], { axis: 0 }, [], "int32")).toEqual([1]);
    expect(run("max", [array([-Infinity, -Infinity])], { axes: [0] }, [])).toEqual([-Infinity]);
    expect(run("max", [array([-0, 0])], { axes: [0] }, [])).toEqual([0]);
  });

  test("the softmax family far from 0", () => {
    const x = array([1e4, 1e4 + 1, -1e4], [3], "float64");
    const tail = Math.log(1 + Math.exp(-1));
    expect(run("logSumExp", [x], { axis: 0 }, [])).toEqual([1e4 + 1 + tail]);
    expect(run("logSoftmax", [x], { axis: 0 }, [3])).toEqual([-1 - tail, -tail, -20001 - tail]);
    const [first, second, third] = run("softmax", [x], { axis: 0 }, [3]);
    expect(first! / second!).toBeCloseTo(Math.exp(-1), 15);
    expect([first! + second!, third]).toEqual([1, 0]);
  });

  test("the softmax family with infinities and NaN", () => {
    const x = array([-Infinity, -Infinity, Infinity, 0, NaN, 0, -Infinity, 0], [4, 2]);
    expect(run("logSumExp", [x], { axis: 1 }, [4])).toEqual([-Infinity, Infinity, NaN, 0]);
    expect(run("softmax", [x], { axis: 1 }, [4, 2])).toEqual([NaN, NaN, NaN, NaN, NaN, NaN, 0, 1]);
    expect(run("logSoftmax", [x], { axis: 1 }, [4, 2])).toEqual([NaN, NaN, NaN, NaN, NaN, NaN, -Infinity, 0]);
  });
});

describe("indexing", () => {
  test.each(everyDType)("takeAlongAxis of %s, on the first and the last axis", (dtype) => {
    const x = array([0, 1, 1, 1, 0, 0], [2, 3], dtype);
    expect(run("takeAlongAxis", [x, array([1, 0], [2, 1], "int32")], { axis: 1 }, [2, 1])).toEqual([1, 1]);
    expect(run("takeAlongAxis", [x, array([1, 1, 0], [1, 3], "int32")], { axis: 0 }, [1, 3])).toEqual([1, 0, 1]);
  });

  test("an index out of range reads the nearest element of its own line", () => {
    const indices = array([-1, 3, 2147483647, -2147483648], [2, 2], "int32");
    expect(run("takeAlongAxis", [count([2, 3]), indices], { axis: 1 }, [2, 2])).toEqual([1, 3, 6, 4]);
    expect(run("takeAlongAxis", [array([], [2, 0]), indices], { axis: 1 }, [2, 2])).toEqual([0, 0, 0, 0]);
  });

  test("scatterAdd adds what falls together, and drops what falls outside", () => {
    const updates = count([2, 3]);
    const indices = array([1, 1, 0, -1, 4, 3], [2, 3], "int32");
    expect(run("scatterAdd", [updates, indices], { axis: 1, size: 4 }, [2, 4])).toEqual([3, 3, 0, 0, 0, 0, 0, 6]);
    expect(run("scatterAdd", [updates, indices], { axis: 0, size: 2 }, [2, 3])).toEqual([0, 0, 3, 1, 2, 0]);
  });

  test("scatterAdd sums a million float32 in one place to a relative error of 1e-6", () => {
    const updates = { data: new Float32Array(1e6).fill(0.1), shape: [1e6], dtype: "float32" } as const;
    const indices = { data: new Int32Array(1e6).fill(1), shape: [1e6], dtype: "int32" } as const;
    const [first, second] = run("scatterAdd", [updates, indices], { axis: 0, size: 2 }, [2]);
    expect(first).toBe(0);
    expect(Math.abs(second! / (1e6 * Math.fround(0.1)) - 1)).toBeLessThan(1e-7);
  });
});

describe("movement", () => {
  test("iota and dimensionSize", () => {
    expect(run("iota", [], { size: 4 }, [4], "int32")).toEqual([0, 1, 2, 3]);
    expect(run("iota", [], { size: 0 }, [0], "int32")).toEqual([]);
    const attributes = { axes: [0, 2], dtype: "float32" } as const;
    expect(run("dimensionSize", [count([2, 3, 4])], attributes, [])).toEqual([8]);
  });

  test.each(everyDType)("pads and joins %s", (dtype) => {
    const x = array([1, 1, 1, 1], [2, 2], dtype);
    expect(run("pad", [x], { before: [1, 0], after: [0, 1] }, [3, 3])).toEqual([0, 0, 0, 1, 1, 0, 1, 1, 0]);
    const y = array([0, 0], [2, 1], dtype);
    expect(run("concat", [x, y, x], { axis: 1 }, [2, 5])).toEqual([1, 1, 0, 1, 1, 1, 1, 0, 1, 1]);
  });

  test("views move nothing, also one on the other", () => {
    const x = count([2, 3]);
    expect(run("transpose", [x], { permutation: [1, 0] }, [3, 2])).toEqual([1, 4, 2, 5, 3, 6]);
    expect(run("slice", [x], { starts: [1, 1], stops: [2, 3] }, [1, 2])).toEqual([5, 6]);
    expect(run("broadcastTo", [x], { shape: [2, 2, 3] }, [2, 2, 3])).toEqual([...x.data, ...x.data]);
    const source = input(x);
    const turned = new Tensor("transpose", [source], { permutation: [1, 0] }, [3, 2], "float32");
    const cut = new Tensor("slice", [turned], { starts: [1, 0], stops: [3, 1] }, [2, 1], "float32");
    const wide = new Tensor("broadcastTo", [cut], { shape: [2, 2] }, [2, 2], "float32");
    const flat = new Tensor("reshape", [wide], { shape: [4] }, [4], "float32");
    const [result] = planGraph({ inputs: [source], outputs: [flat] }).run([x.data]);
    expect([...result!]).toEqual([2, 2, 3, 3]);
  });

  test("reshape copies only what it must", () => {
    const turned = { shape: [3, 2], strides: [1, 3], offset: 0 };
    const reshaped = (layout: Parameters<(typeof operations)["reshape"]>[0][number], shape: number[]) =>
      operations.reshape([layout], { shape }, { shape, dtype: "float32" });
    expect(reshaped(rowMajor([2, 3]), [3, 2])).toHaveProperty("view.strides", [2, 1]);
    expect(reshaped(turned, [3, 1, 2])).toHaveProperty("view.strides", [1, 0, 3]);
    expect(reshaped(turned, [6])).toHaveProperty("fill");
    expect(reshaped({ ...turned, shape: [1, 0] }, [0])).toHaveProperty("view");
  });
});

describe("matmul", () => {
  test("by hand, and of rank 3", () => {
    expect(run("matmul", [count([2, 3]), count([3, 2])], none, [2, 2])).toEqual([22, 28, 49, 64]);
    const batch = [count([2, 1, 2]), count([2, 2, 1])];
    expect(run("matmul", batch, none, [2, 1, 1])).toEqual([1 * 1 + 2 * 2, 3 * 3 + 4 * 4]);
  });

  test("of no depth it is zeros, of no rows empty", () => {
    expect(run("matmul", [array([], [2, 0]), array([], [0, 2])], none, [2, 2])).toEqual([0, 0, 0, 0]);
    expect(run("matmul", [array([], [0, 2]), array([1, 2], [2, 1])], none, [0, 1])).toEqual([]);
    expect(run("matmul", [array([], [0, 1, 2]), array([], [0, 2, 1])], none, [0, 1, 1])).toEqual([]);
  });

  test("NaN and infinities are carried, and stay in their row and column", () => {
    const x = array([NaN, 1, 1, 1, 0, 1], [3, 2]);
    const y = array([1, Infinity, 1, 1], [2, 2]);
    expect(run("matmul", [x, y], none, [3, 2])).toEqual([NaN, NaN, 2, Infinity, 1, NaN]);
  });

  test.each([
    [1, 1, 1],
    [3, 5, 2],
    [4, 256, 64],
    [129, 257, 65],
    [131, 515, 3],
    [2, 1000, 131],
  ])("[%d, %d] times [.., %d] is that of plain loops", (rows, depth, columns) => {
    const x = Float32Array.from({ length: rows * depth }, (_, index) => Math.sin(index));
    const y = Float32Array.from({ length: depth * columns }, (_, index) => Math.cos(index));
    const want: number[] = [];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let total = 0;
        for (let index = 0; index < depth; index++) total += x[row * depth + index]! * y[index * columns + column]!;
        want.push(total);
      }
    }
    const operands = [
      { data: x, shape: [rows, depth], dtype: "float32" },
      { data: y, shape: [depth, columns], dtype: "float32" },
    ] as const;
    const got = run("matmul", operands, none, [rows, columns]);
    const worst = Math.max(...got.map((value, index) => Math.abs(value - want[index]!)));
    expect(got.length).toBe(want.length);
    expect(worst).toBeLessThan(1e-5);
  });

  test("integer products are summed exactly beyond float32, and saturate", () => {
    const ones = array([1, 1], [2, 1], "int32");
    expect(run("matmul", [array([16777216, 1], [1, 2], "int32"), ones], none, [1, 1])).toEqual([16777217]);
    expect(run("matmul", [array([2147483647, 1], [1, 2], "int32"), ones], none, [1, 1])).toEqual([2147483647]);
  });

  test("ten thousand products of one sign are summed to a relative error of 1e-7", () => {
    const x = { data: new Float32Array(3e4).fill(0.1), shape: [3, 1e4], dtype: "float32" } as const;
    const y = { data: new Float32Array(1e4).fill(1), shape: [1e4, 1], dtype: "float32" } as const;
    for (const value of run("matmul", [x, y], none, [3, 1])) {
      expect(Math.abs(value / (1e4 * Math.fround(0.1)) - 1)).toBeLessThan(1e-7);
    }
  });
});

describe("an operation on a view is that on a copy of it", () => {
  const shape = [3, 4];
  const views: Record<string, (x: Tensor) => Tensor> = {
    transpose: (x) => new Tensor("transpose", [x], { permutation: [1, 0] }, shape, x.dtype),
    slice: (x) => new Tensor("slice", [x], { starts: [1, 2], stops: [4, 6] }, shape, x.dtype),
    "broadcastTo along columns": (x) => new Tensor("broadcastTo", [x], { shape }, shape, x.dtype),
    "broadcastTo along rows": (x) => new Tensor("broadcastTo", [x], { shape }, shape, x.dtype),
  };
  const sources: Record<keyof typeof views, number[]> = {
    transpose: [4, 3],
    slice: [5, 7],
    "broadcastTo along columns": [3, 1],
    "broadcastTo along rows": [4],
  };
  const indices = array([0, 2, 1, 1, 1, 0, 2, 2, 0, 1, 2, 0], shape, "int32");
  const uses: Record<string, (x: Tensor, whole: Tensor, at: Tensor) => Tensor> = {
    exp: (x) => new Tensor("exp", [x], {}, shape, x.dtype),
    sub: (x, whole) => new Tensor("sub", [whole, x], {}, shape, x.dtype),
    where: (x, whole) => {
      const less = new Tensor("less", [x, whole], {}, shape, "bool");
      return new Tensor("where", [less, x, whole], {}, shape, x.dtype);
    },
    "sum of rows": (x) => new Tensor("sum", [x], { axes: [1] }, [3], x.dtype),
    "sum of columns": (x) => new Tensor("sum", [x], { axes: [0] }, [4], x.dtype),
    "sum of all": (x) => new Tensor("sum", [x], { axes: [0, 1] }, [], x.dtype),
    argmax: (x) => new Tensor("argmax", [x], { axis: 0 }, [4], "int32"),
    softmax: (x) => new Tensor("softmax", [x], { axis: 0 }, shape, x.dtype),
    logSoftmax: (x) => new Tensor("logSoftmax", [x], { axis: 1 }, shape, x.dtype),
    logSumExp: (x) => new Tensor("logSumExp", [x], { axis: 0 }, [4], x.dtype),
    takeAlongAxis: (x, _, at) => new Tensor("takeAlongAxis", [x, at], { axis: 0 }, shape, x.dtype),
    scatterAdd: (x, _, at) => new Tensor("scatterAdd", [x, at], { axis: 1, size: 5 }, [3, 5], x.dtype),
    reshape: (x) => new Tensor("reshape", [x], { shape: [2, 6] }, [2, 6], x.dtype),
    pad: (x) => new Tensor("pad", [x], { before: [1, 0], after: [0, 2] }, [4, 6], x.dtype),
    concat: (x, whole) => new Tensor("concat", [whole, x], { axis: 1 }, [3, 8], x.dtype),
    "matmul on the left": (x, whole) => {
      const turned = new Tensor("transpose", [whole], { permutation: [1, 0] }, [4, 3], x.dtype);
      return new Tensor("matmul", [x, turned], {}, [3, 3], x.dtype);
    },
    "matmul on the right": (x, whole) => {
      const turned = new Tensor("transpose", [x], { permutation: [1, 0] }, [4, 3], x.dtype);
      return new Tensor("matmul", [turned, whole], {}, [4, 4], x.dtype);
    },
  };
  const cases = Object.keys(views).flatMap((view) => Object.keys(uses).map((use) => [use, view] as const));

  test.each(cases)("%s of %s", (use, view) => {
    const source = count(sources[view]!);
    const whole = count(shape);
    const inputs = [source, whole, indices].map(input);
    const viewed = views[view]!(inputs[0]!);
    const [copied] = planGraph({ inputs, outputs: [viewed] }).run([source.data, whole.data, indices.data]);
    const copy = input(whole);
    const onView = planGraph({ inputs, outputs: [uses[use]!(viewed, inputs[1]!, inputs[2]!)] });
    const onCopy = planGraph({
      inputs: [copy, inputs[1]!, inputs[2]!],
      outputs: [uses[use]!(copy, inputs[1]!, inputs[2]!)],
    });
    const [got] = onView.run([source.data, whole.data, indices.data]);
    const [want] = onCopy.run([copied!, whole.data, indices.data]);
    expect(got).toEqual(want);
  });
});
