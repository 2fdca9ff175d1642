/** Are large graphs translated in linear time, and without recursion? */
import { type Tensor, argmax, where } from "@symloss/core";
import { prepare, traceGraph } from "@symloss/core/engine";
import { expect, test } from "vitest";
import { encodeModel } from "./model.ts";
import { writtenOperations } from "./operations.ts";
import { translate } from "./translate.ts";

const target = {
  name: "onnx",
  traits: { dtypes: ["float32", "float64", "int32", "bool"], operations: writtenOperations, namedDimensions: false },
} as const;

function nodesOf(fn: (x: Tensor) => unknown): number {
  const traced = traceGraph("test", ({ x }: { readonly x: Tensor }) => fn(x), { x: { shape: [4] } });
  const body = translate(prepare(traced, target), { inputs: ["x"], outputs: ["y"] });
  expect(encodeModel({ name: "large", ...body }).length).toBeGreaterThan(body.nodes.length * 20);
  return body.nodes.length;
}

function repeat(x: Tensor, count: number, step: (last: Tensor, index: number) => Tensor): Tensor {
  let last = x;
  for (let index = 0; index < count; index++) last = step(last, index);
  return last;
}

// Each takes a second or two; anything quadratic takes minutes.
test.each<[string, (x: Tensor) => Tensor, number]>([
  ["a chain of 30,000", (x) => repeat(x, 30_000, (last) => last.tanh()), 30_000],
  ["one value that 10,000 read", (x) => repeat(x, 10_000, (last, index) => last.add(x.mul(index + 2))), 20_000],
  ["10,000 choices", (x) => repeat(x, 10_000, (last) => where(last.less(x), last, x).mul(0.5)), 20_000],
  [
    "5,000 largest elements, with branches",
    (x) => repeat(x, 5_000, (last) => last.add(argmax(last).cast("float32"))),
    20_000,
  ],
])("%s", (_, fn, least) => expect(nodesOf(fn)).toBeGreaterThanOrEqual(least));
