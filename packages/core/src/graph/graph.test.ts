import { describe, expect, test } from "vitest";
import { formatGraph, graphKey, traceGraph } from "../engine.ts";
import { type Tensor, asTensor } from "../index.ts";
import { topologicalOrder } from "./graph.ts";

const trace = (fn: (inputs: { x: Tensor; y: Tensor }) => unknown) =>
  traceGraph("trace", fn, { x: { shape: [4] }, y: { shape: [4] } });

describe("graphKey", () => {
  test("is shared by equal graphs", () => {
    expect(graphKey(trace(({ x, y }) => x.mul(y).sum()))).toBe(graphKey(trace(({ x, y }) => x.mul(y).sum())));
  });

  test.each([
    ["the operation", trace(({ x, y }) => x.add(y).sum())],
    ["the order of operands", trace(({ x, y }) => y.mul(x).sum())],
    ["a constant", trace(({ x, y }) => x.mul(y).mul(2).sum())],
    ["the sign of a zero", trace(({ x, y }) => x.mul(y).add(-0).sum())],
    ["the outputs", trace(({ x, y }) => [x.mul(y).sum(), x])],
  ])("differs by %s", (_, graph) => {
    const others = [trace(({ x, y }) => x.mul(y).sum()), trace(({ x, y }) => x.mul(y).add(0).sum())];
    for (const other of others) expect(graphKey(graph)).not.toBe(graphKey(other));
  });

  test("tells large constants apart by the array, not its text", () => {
    const large = asTensor(new Float32Array(1000));
    const again = asTensor(new Float32Array(1000));
    const key = (constant: Tensor) =>
      graphKey(traceGraph("trace", ({ x }: { x: Tensor }) => x.add(constant), { x: { shape: [1000] } }));
    expect(key(large)).toBe(key(large));
    expect(key(large)).not.toBe(key(again));
    expect(key(large).length).toBeLessThan(200);
  });
});

test("formatGraph prints a line for each node", () => {
  const graph = trace(({ x, y }) => ({ loss: x.sub(y).square().mean(), largest: x.max() }));
  expect(formatGraph(graph)).toMatchInlineSnapshot(`
    "input %x : f32[4]
    input %y : f32[4]
    %0 = sub %x %y : f32[4]
    %1 = mul %0 %0 : f32[4]
    %2 = sum %1 {axes: [0]} : f32[]
    %3 = div %2 4 : f32[]
    %4 = max %x {axes: [0]} : f32[]
    return %3, %4"
  `);
});

test("an order is found for a chain longer than the call stack is deep", () => {
  let tensor: Tensor = asTensor(1);
  for (let step = 0; step < 100_000; step++) tensor = tensor.add(1);
  expect(topologicalOrder([tensor])).toHaveLength(200_001);
});
