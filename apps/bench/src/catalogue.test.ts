import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { Engine, MaybePromise, TypedArray } from "@symloss/core";
import { cpu } from "@symloss/engine-cpu";
import { losses } from "@symloss/losses";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cases, compareEngines, showCatalogue } from "./catalogue.ts";
import { createReport } from "./report/report.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await cpu();
});
afterAll(() => engine.dispose());

/** The engine, but for what becomes of its results. */
function altered(alter: (results: readonly TypedArray[]) => MaybePromise<readonly TypedArray[]>): Engine {
  return {
    ...engine,
    compile: async (graph) => {
      const executable = await engine.compile(graph);
      return { ...executable, run: async (values) => alter(await executable.run(values)) };
    },
  };
}

test.for(cases.map((one) => [one.title, one] as const))(
  "%s: float32 is as near to float64 as it can be",
  async ([, one]) => {
    const { mean, differences } = await compareEngines(one, [engine], engine);
    expect(mean).toSatisfy(Number.isFinite);
    const differentiable = losses[one.name].definition.arguments.some((argument) => argument.differentiable);
    expect(Object.keys(differences[0]!)).toEqual(differentiable ? ["value", "gradient"] : ["value"]);
    // A gamma of 80 multiplies what cosines were rounded by.
    const allowed = one.name === "circleLoss" ? 1e-4 : 2e-6;
    for (const difference of Object.values(differences[0]!)) expect(difference).toBeLessThan(allowed);
  },
);

describe("an engine that errs is found out", () => {
  const huber = cases.find(({ name }) => name === "huber");

  test("results that are 1 % off", async () => {
    const off = altered((results) => results.map((data) => data.map((value) => 1.01 * value)));
    const { differences } = await compareEngines(huber!, [engine, off], engine);
    expect(differences[1]).toEqual({
      value: expect.closeTo(0.01, 5) as number,
      gradient: expect.closeTo(0.01, 5) as number,
    });
    expect(differences[0]).not.toEqual(differences[1]);
  });

  test("NaN", async () => {
    const { differences } = await compareEngines(
      huber!,
      [altered((results) => results.map((data) => data.fill(NaN)))],
      engine,
    );
    expect(differences).toEqual([{ value: NaN, gradient: NaN }]);
  });

  test("a failure", async () => {
    const failing = altered(() => {
      throw new Error("the device was lost");
    });
    const { mean, differences } = await compareEngines(huber!, [failing], engine);
    expect(mean).toSatisfy(Number.isFinite);
    expect(differences).toEqual([{ failure: expect.stringContaining("the device was lost") as string }]);
  });
});

test("every loss has its row", async () => {
  const output = new PassThrough();
  await showCatalogue(createReport(output));
  const shown = await text(output.end());
  for (const name of Object.keys(losses))
    expect(shown).toMatch(new RegExp(`^${name} .* -?\\d\\S* .* \\d\\S* .* (\\d\\S*|none)$`, "m"));
});
