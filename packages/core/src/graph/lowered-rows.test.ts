/** Do rows that are sorted and summed up in steps come out as those that an engine sorts and sums up itself? */
import { cpu } from "@symloss/engine-cpu";
import { describe, expect, test } from "vitest";
import { type Tensor, argsort, cumsum } from "../index.ts";
import { allOperations } from "../tensor/operation.ts";
import { traceGraph } from "../compile/trace.ts";
import { lower } from "./lower.ts";
import { topologicalOrder } from "./graph.ts";

const engine = await cpu({ mode: "interpreter" });

/** What a function gives as it is, and without sorting and sums. */
async function bothWays(fn: (x: Tensor) => Tensor, data: Float32Array, shape: readonly number[]) {
  const graph = traceGraph("test", ({ x }: { x: Tensor }) => fn(x), { x: { shape } });
  const operations = allOperations.filter((operation) => operation !== "argsort" && operation !== "cumsum");
  const lowered = lower(graph, operations, "test");
  expect(topologicalOrder(lowered.outputs).every(({ operation }) => operations.includes(operation as never))).toBe(
    true,
  );
  return Promise.all(
    [graph, lowered].map(async (one) => {
      const executable = await engine.compile(one);
      const [result] = await executable.run([data]);
      await executable.dispose();
      return [...(result as Float32Array)];
    }),
  );
}

/** Few kinds of numbers, so that there are ties, with infinities, NaN and zeros of both signs. */
function numbers(count: number): Float32Array {
  const special = [NaN, Infinity, -Infinity, -0, 0];
  return Float32Array.from({ length: count }, (_, index) =>
    index % 7 === 3 ? special[index % special.length]! : ((index * 37) % 11) - 5,
  );
}

describe.each([false, true])("a row is sorted, descending: %s", (descending) => {
  test.each([
    [[1], 0],
    [[64], 0],
    [[65], 0],
    [[3, 128], 1],
    [[100, 2], 0],
    [[2, 77, 2], 1],
  ] as const)("%o along axis %i", async (shape, axis) => {
    const size = shape.reduce<number>((left, right) => left * right, 1);
    const [want, got] = await bothWays((x) => argsort(x, { axis, descending }), numbers(size), shape);
    expect(got).toEqual(want);
  });
});

test.each([
  [[65], 0, false],
  [[3, 100], 1, true],
  [[100, 3], 0, false],
] as const)("a row is summed up, %o along axis %i, in reverse: %s", async (shape, axis, reverse) => {
  const data = Float32Array.from(
    { length: shape.reduce<number>((left, right) => left * right, 1) },
    (_, index) => index % 9,
  );
  const [want, got] = await bothWays((x) => cumsum(x, { axis, reverse }), data, shape);
  expect(got).toEqual(want);
});
