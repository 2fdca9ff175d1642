/** Do random graphs contain every operation that engines run, in values and in gradients up to order 3? */
import { type AnyOperation, allOperations, prepare, topologicalOrder } from "@symloss/core/engine";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { traceOf } from "../oracle/predict.ts";
import { makers as makersOf } from "./makers.ts";
import { allShapes, arraysOf, functionOf, programs } from "./program.ts";

/** Supports everything, so that a graph is verified unchanged. */
const engine = {
  name: "any",
  traits: { dtypes: ["float32", "float64", "int32", "bool"], operations: allOperations, namedDimensions: false },
} as const;

const makers = Object.values(makersOf).flat();

function sampled(orders: readonly number[], count: number) {
  const random = programs({ shapes: allShapes, fills: ["spread", "ties", "special"], orders });
  return fc.sample(random, { numRuns: count, seed: 1 });
}

describe("random graphs", () => {
  test("hold every operation", () => {
    const found = new Set<AnyOperation>();
    for (const program of sampled([0], 400)) {
      const arrays = arraysOf(program, "float64");
      const { outputs } = traceOf(functionOf(program, makers, "float64"), arrays);
      for (const { operation } of topologicalOrder(outputs)) found.add(operation);
    }
    // It occurs only with named dimensions, which no graph that runs has.
    const wanted = allOperations.filter((operation) => operation !== "dimensionSize");
    expect(wanted.filter((operation) => !found.has(operation))).toEqual([]);
  });

  test.each([0, 1, 2, 3])("of order %i are sound", (order) => {
    for (const program of sampled([order], 60)) {
      const graph = traceOf(functionOf(program, makers, "float32"), arraysOf(program, "float32"));
      expect(() => prepare(graph, engine, { simplify: false })).not.toThrow();
    }
  });

  test("have scalars, nothing, primes and a thousand elements, with ties, NaN, infinities, both zeros and subnormals", () => {
    const all = sampled([0], 400).flatMap((program) => arraysOf(program, "float64"));
    const sizes = new Set(all.map(({ size }) => size));
    expect([0, 1, 7, 13, 31, 127, 1000].filter((size) => !sizes.has(size))).toEqual([]);
    const numbers = all.flatMap(({ data }) => [...data]);
    const special = [NaN, Infinity, -Infinity, 0, -0, 5e-324, 0.25];
    expect(special.filter((value) => !numbers.some((number) => Object.is(number, value)))).toEqual([]);
  });
});
