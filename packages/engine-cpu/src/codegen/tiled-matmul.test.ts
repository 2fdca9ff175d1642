/** Is a matrix product right with everything computed before and after it, and beyond every edge of its blocks? */
import { type Tensor, exp, less, softplus, sum, takeAlongAxis, valueAndGrad, where } from "@symloss/core";
import { type DType, type Graph, type TypedArray, prepare, traceGraph } from "@symloss/core/engine";
import { describe, expect, test } from "vitest";
import { cpu } from "../index.ts";

const generated = await cpu({ mode: "codegen" });
const interpreter = await cpu({ mode: "interpreter" });

type Shapes = readonly (readonly number[])[];
type Compute = (...inputs: Tensor[]) => readonly Tensor[];

function graphOf(compute: Compute, shapes: Shapes, dtype: DType): Graph {
  const inputs = Object.fromEntries(shapes.map((shape, index) => [`x${index}`, { shape, dtype }]));
  return prepare(
    traceGraph("test", (given: Readonly<Record<string, Tensor>>) => compute(...Object.values(given)), inputs),
    generated,
  );
}

function valuesOf(graph: Graph, dtype: DType): TypedArray[] {
  return graph.inputs.map(({ size }, input) => {
    const values = Array.from({ length: size }, (_, index) => Math.sin(index * 1.7 + input) / 2);
    return dtype === "float64" ? Float64Array.from(values) : Float32Array.from(values);
  });
}

/** The largest difference between generated programs and the interpreter, relative to each output's largest number. */
async function worstDifference(compute: Compute, shapes: Shapes, dtype: DType): Promise<number> {
  const graph = graphOf(compute, shapes, dtype);
  const values = valuesOf(graph, dtype);
  const [got, want] = await Promise.all(
    [generated, interpreter].map(async (engine) => (await engine.compile(graph)).run(values)),
  );
  const differences = want!.map((expected, output) => {
    const scale = Math.max(1, ...[...expected].map(Math.abs));
    return Math.max(...[...expected].map((value, index) => Math.abs(value - got![output]![index]!))) / scale;
  });
  return Math.max(...differences);
}

/** The value and its gradients with respect to all inputs. */
function withGradients(compute: (...inputs: Tensor[]) => Tensor): Compute {
  return (...inputs) => {
    const [value, gradients] = valueAndGrad(compute, { wrt: inputs.map((_, index) => index) })(...inputs);
    return [value, ...(gradients as Tensor[])];
  };
}

/** A prime larger than a block in each direction. */
const large: Shapes = [
  [131, 257],
  [257, 67],
];

const layer: Shapes = [[37, 29], [29, 23], [23], [37, 23]];

const cases: Record<string, { compute: Compute; shapes: Shapes }> = {
  "alone, past a block in each direction": { compute: (x, y) => [x!.matmul(y!)], shapes: large },
  "of computed operands": { compute: (x, y) => [exp(x!).matmul(softplus(y!).mul(2))], shapes: large },
  "of transposed operands": { compute: (x, y) => [y!.transpose().matmul(x!.transpose()).neg()], shapes: large },
  "of a matrix and itself": { compute: (x) => [x!.matmul(x!.transpose()).relu()], shapes: [[37, 29]] },
  "added to its own transpose": {
    compute: (x, y) => {
      const product = x!.matmul(y!);
      return [product.add(product.transpose()), product.sub(product.transpose()).square().sum()];
    },
    shapes: [
      [37, 29],
      [29, 37],
    ],
  },
  "with a bias and an activation": {
    compute: (x, w, b) => [x!.matmul(w!).add(b!).relu()],
    shapes: layer.slice(0, 3),
  },
  "wanted as it is, and used": {
    compute: (x, w, b) => {
      const product = x!.matmul(w!);
      return [product, product.add(b!).tanh(), product.sum(), product.sum(0), product.sum(1), product.max()];
    },
    shapes: layer.slice(0, 3),
  },
  "reduced along one axis and used again": {
    compute: (x, w) => {
      const product = x!.matmul(w!);
      return [product.softmax(1), product.sub(product.max(0)).sum(1), product.argmax(1)];
    },
    shapes: layer.slice(0, 2),
  },
  "compared with what it is itself": {
    compute: (x, w) => {
      const product = x!.matmul(w!);
      return [where(less(product, product.mean()), product, product.neg()), product.max(1).equal(product.max(1))];
    },
    shapes: layer.slice(0, 2),
  },
  "after another, with gradients": {
    compute: withGradients((x, w, b, v) => sum(x!.matmul(w!).add(b!).relu().matmul(v!.transpose()).square())),
    shapes: layer,
  },
  "in a loss, with gradients": {
    compute: withGradients((x, w, b, y) => x!.matmul(w!).add(b!).sigmoid().sub(y!).square().mean()),
    shapes: layer,
  },
  "in a softmax cross entropy, with gradients": {
    compute: withGradients((x, w, b, y) => x!.matmul(w!).add(b!).logSoftmax(1).mul(y!.softmax(1)).sum().neg()),
    shapes: layer,
  },
  "of a batch, with gradients": {
    compute: withGradients((x, y) => x!.matmul(y!).relu().sum([1, 2]).square().mean()),
    shapes: [
      [3, 17, 29],
      [3, 29, 19],
    ],
  },
  "of a batch and one matrix for all": {
    compute: (x, y) => [x!.matmul(exp(y!)).sum(0), x!.matmul(y!).relu()],
    shapes: [
      [3, 17, 29],
      [29, 19],
    ],
  },
  "of operands that are the same along some axes": {
    compute: (x, y) => [
      x!.sum(1).expandDims(1).broadcastTo([37, 29]).matmul(y!),
      x!.matmul(y!.sum(1).expandDims(1).broadcastTo([29, 23])),
      x!.mul(0).add(1).matmul(y!.mul(0)).add(1),
    ],
    shapes: layer.slice(0, 2),
  },
  "of rows that are looked up": {
    compute: (x, y) => {
      const rows = takeAlongAxis(x!, x!.greater(0).cast("int32"), 0);
      return [rows.matmul(y!).add(1)];
    },
    shapes: layer.slice(0, 2),
  },
};

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  test.each(Object.entries(cases))("%s", async (_, { compute, shapes }) => {
    expect(await worstDifference(compute, shapes, dtype)).toBeLessThanOrEqual(dtype === "float64" ? 1e-12 : 1e-5);
  });
});

test("NaN and infinities go where they belong, also beside the edge of a block", async () => {
  const graph = graphOf((x, y) => [x!.matmul(y!).relu()], large, "float32");
  const [x, y] = valuesOf(graph, "float32") as [TypedArray, TypedArray];
  x[130 * 257 + 256] = NaN;
  x[0] = Infinity;
  y.fill(1);
  const [got] = await (await generated.compile(graph)).run([x, y]);
  const rowOf = (row: number): number[] => [...new Set(got!.slice(row * 67, (row + 1) * 67))];
  expect(rowOf(0)).toEqual([Infinity]);
  expect(rowOf(130)).toEqual([NaN]);
  expect(rowOf(129).every(Number.isFinite)).toBe(true);
});
