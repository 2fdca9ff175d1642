/** Is the memory of a run estimated by what is live at once, in the worse of two orders? */
import { type Tensor, broadcastTo, concat } from "@symloss/core";
import { prepare, traceGraph } from "@symloss/core/engine";
import { expect, test } from "vitest";
import { peakBytes } from "./memory.ts";
import { writtenOperations } from "./operations.ts";

const target = {
  name: "onnx",
  traits: { dtypes: ["float32", "float64", "int32", "bool"], operations: writtenOperations, namedDimensions: false },
} as const;

/** The estimate, in arrays of the input's size. */
function peakOf(fn: (x: Tensor) => unknown): number {
  const traced = traceGraph("test", ({ x }: { readonly x: Tensor }) => fn(x), { x: { shape: [1000, 1000] } });
  return peakBytes(prepare(traced, target)) / 4e6;
}

function chain(x: Tensor, length: number): Tensor[] {
  const values = [x];
  for (let count = 0; count < length; count++) values.push(values.at(-1)!.tanh());
  return values.slice(1);
}

test.each<[string, (x: Tensor) => unknown, number, number]>([
  ["an input and its output", (x) => x.exp(), 2, 2],
  ["a chain: what was read last is given back", (x) => chain(x, 50).at(-1), 3, 3],
  ["what is needed in the end lives until then", (x) => chain(x, 9).reduce((total, one) => total.mul(one)), 10, 12],
  [
    "also where only another order keeps it",
    (x) =>
      chain(x, 9)
        .map((one) => one.max())
        .reduce((left, right) => left.add(right)),
    10,
    14,
  ],
  [
    "what is repeated takes nothing by itself",
    (x) => broadcastTo(x.expandDims(0), [50, 1000, 1000]).exp().sum([1, 2]),
    50,
    160,
  ],
  ["a sum of float32 is taken in float64", (x) => x.exp().sum(), 4, 5],
  ["an input that is an output is copied", (x) => [x, x], 3, 3],
  ["parts that are joined", (x) => concat([x.exp(), x.tanh()], 0), 5, 5],
])("%s", (_, fn, least, most) => {
  const peak = peakOf(fn);
  expect(peak).toBeGreaterThanOrEqual(least);
  expect(peak).toBeLessThanOrEqual(most + 0.01);
});

test("of a long chain nothing overflows", () => expect(peakOf((x) => chain(x, 30_000).at(-1))).toBeLessThan(4));
