/** Does the suite require no more than is declared? An engine of class "gpu" that uses all the freedom of its traits must pass. */
import type { Engine } from "@symloss/core";
import { type Executable, type Graph, type TypedArray, formatType } from "@symloss/core/engine";
import { cpu } from "@symloss/engine-cpu";
import { expect, test } from "vitest";
import { conformanceCases, runCase } from "./index.ts";
import { lowerableOperations } from "./necessary.ts";

const largest = 3.4028234663852886e38;
const smallestNormal = 2 ** -126;

/** An engine without float64 and most operations, which loses NaN, infinities and subnormal numbers. */
async function lenient(): Promise<Engine> {
  const engine = await cpu();
  const whole = { ...engine };
  const dtypes = ["float32", "int32", "bool"] as const;
  const kept = ["neg", "abs", "sub", "sigmoid", "softplus", "tanh", "matmul", "takeAlongAxis", "pad"];
  const operations = whole.traits.operations.filter(
    (operation) => !lowerableOperations.includes(operation) || kept.includes(operation),
  );
  const spoil = (array: TypedArray) => {
    if (array instanceof Float32Array)
      for (let index = 0; index < array.length; index++) array[index] = flush(array[index]!);
    return array;
  };
  // Changed in place, because its device arrays refer to it.
  return Object.assign(engine, {
    name: "lenient",
    traits: {
      dtypes,
      operations,
      precision: "gpu",
      nonFinite: "unspecified",
      rowIndependent: false,
      namedDimensions: false,
    } as const,
    async compile(graph: Graph): Promise<Executable> {
      for (const { dtype, shape } of [...graph.inputs, ...graph.outputs]) {
        if (!dtypes.includes(dtype as "float32"))
          throw new Error(`lenient: it must not be given ${formatType(dtype, shape)}.`);
      }
      const executable = await whole.compile(graph);
      return { ...executable, run: async (values, outputs) => (await executable.run(values, outputs)).map(spoil) };
    },
  });
}

function flush(value: number): number {
  if (Number.isNaN(value)) return 0;
  if (Math.abs(value) < smallestNormal) return 0;
  return Math.max(-largest, Math.min(largest, value));
}

const engine = await lenient();

const suite = { createEngine: lenient, reference: await cpu(), runs: 15, goldens: "oneOfEach" } as const;

for (const one of conformanceCases(engine, suite)) {
  // Core can rewrite everything it lacks, so nothing is skipped.
  test(one.name, async () => expect(await runCase(one, engine)).toEqual({ status: "passed" }));
}
