/** Does an exported model sort and sum rows whatever the lengths of its named dimensions are, even if there are none? */
import { type Tensor, argsort, cumsum, sort } from "@symloss/core";
import * as ort from "onnxruntime-web/wasm";
import { expect, test } from "vitest";
import { exportOnnx } from "./export.ts";

// The build for browsers can't count processors in Node.js.
ort.env.wasm.numThreads = 1;

const model = exportOnnx(
  ({ x }: { readonly x: Tensor }) => ({
    sorted: sort(x),
    order: argsort(x, { axis: 0, descending: true }),
    sums: cumsum(x, { reverse: true }),
  }),
  { inputs: { x: { shape: ["rows", "columns"] } }, gradient: ["x"] },
);

test.each([
  [
    [2, 4],
    [3, NaN, 1, 2, 5, 4, 4, NaN],
  ],
  [[1, 1], [7]],
  [[0, 3], []],
  [[3, 0], []],
])("%o", async (shape, values) => {
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 4 });
  const [rows, columns] = shape as [number, number];
  const results = await session.run({ x: new ort.Tensor("float32", Float32Array.from(values), shape) });
  const got = (name: string) => Array.from(results[name]!.data as Float32Array);
  const row = (index: number) => values.slice(index * columns, (index + 1) * columns);
  const indices = [...Array(rows).keys()];
  const last = (left: number, right: number) => Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  expect(got("sorted")).toEqual(
    indices.flatMap((index) => row(index).toSorted((left, right) => last(left, right) || left - right)),
  );
  const orders = [...Array(columns).keys()].map((column) =>
    indices.toSorted((left, right) => {
      const [a, b] = [row(left)[column]!, row(right)[column]!];
      return last(a, b) || b - a || left - right;
    }),
  );
  expect(got("order")).toEqual(indices.flatMap((place) => orders.map((order) => order[place])));
  expect(got("sums")).toEqual(
    indices.flatMap((index) =>
      row(index).map((_, column) =>
        row(index)
          .slice(column)
          .reduceRight((sum, x) => sum + x, 0),
      ),
    ),
  );
  expect(got("gradient_x")).toEqual(values.map(() => 1));
  await session.release();
});
