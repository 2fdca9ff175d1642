/** Is an engine tested for exactly what it declares, is every skipped case counted, and can a skip hide no failure? */
import { type Engine, UnsupportedOperationError, exp, sum } from "@symloss/core";
import { type Graph, type Operation, allOperations, lower, selfTest } from "@symloss/core/engine";
import { cpu } from "@symloss/engine-cpu";
import { describe, expect, test } from "vitest";
import type { CaseOutcome, ConformanceCase } from "./case.ts";
import { compute } from "./compute.ts";
import { vectorOf } from "./data.ts";
import { conformanceCases, runCase, summarizeOutcomes } from "./index.ts";
import { irreducibleOperations, requiredOperations } from "./necessary.ts";

const whole = await cpu();

/** The engine with other traits, and perhaps another `compile`. */
function engineWith(traits: Partial<Engine["traits"]>, compile?: (graph: Graph) => never): Engine {
  // A new engine, because its device arrays refer to it.
  return {
    ...whole,
    traits: { ...whole.traits, ...traits },
    compile: compile ?? ((graph) => whole.compile(graph)),
    // A failed self-test disposes its engine, and `whole` is that of all tests.
    dispose() {},
  };
}

function without(...missing: readonly Operation[]): Operation[] {
  return allOperations.filter((operation) => !missing.includes(operation));
}

describe("the operations that every engine must have", () => {
  test("are enough for the self-test", async () => {
    await expect(selfTest(engineWith({ operations: requiredOperations }))).resolves.toBeUndefined();
  });

  test.each(requiredOperations)("include %s, without which it can't run", async (operation) => {
    const operations = requiredOperations.filter((one) => one !== operation);
    await expect(selfTest(engineWith({ operations }))).rejects.toMatchObject({ name: "UnsupportedOperationError" });
  });
});

describe("the operations that core can't say in others", () => {
  const cases = conformanceCases(whole, { createEngine: cpu }).filter(({ group }) => group === "operations");

  test.each(irreducibleOperations.filter((operation) => operation !== "input"))(
    "include %s, whose cases are skipped without it",
    async (operation) => {
      const engine = engineWith({ operations: without(operation) });
      const own = cases.filter(({ name }) => name.startsWith(`operations: ${operation} float32`));
      expect(own.length).toBeGreaterThan(0);
      for (const one of own)
        expect(await runCase(one, engine)).toMatchObject({ status: "skipped", missing: operation });
    },
  );
});

describe("an engine of eight operations in float32", () => {
  const traits = { operations: requiredOperations, dtypes: ["float32"] } as const;
  const engine = engineWith(traits);
  const cases = conformanceCases(engine, { createEngine: () => engineWith(traits) });

  test("is asked for every operation that it has", async () => {
    for (const operation of requiredOperations) {
      const own = cases.filter(({ name }) => name.startsWith(`operations: ${operation} float32`));
      const outcomes = await Promise.all(own.map((one) => runCase(one, engine)));
      expect(outcomes.map(({ status }) => status)).toContain("passed");
    }
  });

  test("is told what it lacks where a case expects another error", async () => {
    const label = cases.find(({ name }) => name === "faults: a label past the last class")!;
    expect(await runCase(label, engine)).toMatchObject({
      status: "skipped",
      reason: expect.stringContaining("compile"),
    });
  });
});

describe("only core skips", () => {
  const one: ConformanceCase = {
    name: "operations: exp",
    group: "operations",
    run: async (engine) => void (await compute(engine, (x) => sum(exp(x)), [vectorOf([1, 2], "float32")])),
  };
  const refusal = new UnsupportedOperationError("compile: exp is too much for me.");

  test.each<[string, Engine]>([
    ["throws the error of an operation that it declares", engineWith({}, () => fail(refusal))],
    ["throws it later", engineWith({}, (() => Promise.reject(refusal)) as never)],
    ["asks core to refuse what it declares", engineWith({}, (graph) => lower(graph, without("exp"), "cpu") as never)],
    [
      "asks core to refuse what it does not declare and need not run",
      engineWith({ operations: without("sub") }, (graph) => lower(graph, without("sub", "exp"), "cpu") as never),
    ],
  ])("an engine that %s fails", async (_, engine) => {
    await expect(runCase(one, engine)).rejects.toMatchObject({ name: "UnsupportedOperationError" });
  });

  test("and an engine that lacks the operation is not asked", async () => {
    const engine = engineWith({ operations: without("exp") }, () => fail(new Error("it was asked")));
    expect(await runCase(one, engine)).toMatchObject({ status: "skipped", missing: "exp" });
  });

  test("an engine that lacks a dtype is not asked either", async () => {
    const engine = engineWith({ dtypes: ["float64"] }, () => fail(new Error("it was asked")));
    expect(await runCase(one, engine)).toMatchObject({ status: "skipped", missing: "float32" });
  });
});

describe("summarizeOutcomes", () => {
  const skipped = (missing: Operation): CaseOutcome => ({ status: "skipped", reason: "", missing });

  test("counts what was skipped by what was missing, the most first", () => {
    const outcomes = [skipped("less"), { status: "passed" }, skipped("concat"), skipped("less")] as const;
    expect(summarizeOutcomes(outcomes)).toEqual({
      passed: 1,
      failedAsExpected: 0,
      skipped: 3,
      missing: [
        { missing: "less", cases: 2 },
        { missing: "concat", cases: 1 },
      ],
      text: "1 passed, 3 skipped: 2 missing less, 1 missing concat",
    });
  });

  test("tells of expected failures", () => {
    const { text } = summarizeOutcomes([{ status: "passed" }, { status: "failedAsExpected", reason: "it is off" }]);
    expect(text).toBe("1 passed, 1 failed as expected, 0 skipped");
  });
});

function fail(error: Error): never {
  throw error;
}
