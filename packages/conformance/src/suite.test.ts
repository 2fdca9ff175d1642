import type { DType, Engine, EngineTraits } from "@symloss/core";
import { type Operation, allOperations, asyncDisposable, operationFacts } from "@symloss/core/engine";
import { describe, expect, test } from "vitest";
import type { ConformanceCase } from "./case.ts";
import { type GoldenSelection, checkExpectedFailures, conformanceCases, runCase } from "./index.ts";
import { operationSpecs } from "./operations.ts";
import { allTypes, operandTypes } from "./operations/spec.ts";

/** An engine that has traits but can't do anything. */
function engineWith(traits: Partial<EngineTraits> = {}): Engine {
  const none = () => Promise.reject(new Error("no engine"));
  return {
    name: "none",
    device: "none",
    software: false,
    traits: {
      dtypes: ["float32", "float64", "int32", "bool"],
      operations: allOperations,
      precision: "float32",
      nonFinite: "strict",
      rowIndependent: true,
      synchronous: true,
      namedDimensions: false,
      ...traits,
    },
    compile: none,
    upload: none,
    ...asyncDisposable(none),
  };
}

function casesFor(traits: Partial<EngineTraits> = {}): ConformanceCase[] {
  const engine = engineWith(traits);
  return conformanceCases(engine, { createEngine: () => engine });
}

describe("conformanceCases", () => {
  test("gives each case a name of its own, which says its group", () => {
    const names = casesFor().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z]+: ./.test(name))).toEqual([]);
  });

  test("asks what an engine declares, and nothing else", () => {
    const names = (traits: Partial<EngineTraits>) => casesFor(traits).map(({ name }) => name);
    const single = names({ dtypes: ["float32", "int32", "bool"] });
    expect(single.filter((name) => name.includes("float64"))).toEqual(["faults: float64 where the engine has none"]);
    expect(names({}).filter((name) => name.includes("float64")).length).toBeGreaterThan(400);
    const lenient = names({ nonFinite: "unspecified" });
    expect(lenient.filter((name) => /NaN|infinit/i.test(name)).toSorted()).toEqual([
      "faults: a label that is NaN",
      "faults: a label that is infinite",
    ]);
    expect(lenient).not.toContain("published: 004 float32, optax safe_softmax_cross_entropy");
  });

  test("takes every golden case, or the first of each function", () => {
    const engine = engineWith();
    const namesOf = (goldens: GoldenSelection) =>
      conformanceCases(engine, { createEngine: () => engine, goldens }).map(({ name }) => name);
    const [all, few] = [namesOf("all"), namesOf("oneOfEach")];
    const ofHuber = (names: string[]) => names.filter((name) => name.startsWith("losses: huber float32, "));
    expect(few.filter((name) => !all.includes(name))).toEqual([]);
    expect(ofHuber(few)).toEqual([
      "losses: huber float32, vector",
      "losses: huber float32, NaN in gives no finite loss",
    ]);
    expect(ofHuber(all).length).toBeGreaterThan(5);
  });

  test("fails on an engine that can't do anything", async () => {
    const engine = engineWith();
    for (const one of casesFor()
      .filter(({ group }) => group === "operations")
      .slice(0, 50)) {
      await expect(runCase(one, engine)).rejects.toThrow("no engine");
    }
  });
});

describe("runCase", () => {
  const passing: ConformanceCase = { name: "operations: a", group: "operations", run: () => Promise.resolve() };
  const failing: ConformanceCase = {
    name: "operations: b",
    group: "operations",
    run: () => Promise.reject(new Error("it is off")),
  };
  const engine = engineWith();

  test("passes and fails as the case does", async () => {
    await expect(runCase(passing, engine)).resolves.toEqual({ status: "passed" });
    await expect(runCase(failing, engine)).rejects.toThrow("it is off");
    await expect(
      runCase(failing, engine, { expectedFailures: [{ case: "operations: a", reason: "" }] }),
    ).rejects.toThrow("it is off");
  });

  test("wants an expected failure to fail", async () => {
    const outcome = { status: "failedAsExpected", reason: "no float64" };
    for (const pattern of ["operations: b", /: b$/, /b/g]) {
      const expectedFailures = [{ case: pattern, reason: "no float64" }];
      await expect(runCase(failing, engine, { expectedFailures })).resolves.toEqual(outcome);
      await expect(runCase(failing, engine, { expectedFailures })).resolves.toEqual(outcome);
    }
    await expect(runCase(passing, engine, { expectedFailures: [{ case: /a/, reason: "no float64" }] })).rejects.toThrow(
      'runCase: "operations: a" must fail on engine "none" as expected (no float64), got a pass.',
    );
  });

  test("wants every expectation to match a case", () => {
    expect(() => checkExpectedFailures([passing, failing], [{ case: /operations/, reason: "" }])).not.toThrow();
    expect(() => checkExpectedFailures([passing, failing], [{ case: "operations: c", reason: "gone" }])).toThrow(
      "got operations: c (gone)",
    );
  });
});

describe("operations", () => {
  const covered = new Set(
    operationSpecs().flatMap(({ operations, dtypes }) =>
      operations.flatMap((operation) => dtypes.map((dtype) => `${operation} ${dtype}`)),
    ),
  );

  // It occurs only with named dimensions, which no engine sees.
  test.each(allOperations.filter((operation) => operation !== "dimensionSize"))(
    "%s has a case in every dtype that it takes",
    (operation) => {
      const types = typesOf(operation);
      expect(types.length).toBeGreaterThan(0);
      expect(types.filter((dtype) => !covered.has(`${operation} ${dtype}`))).toEqual([]);
    },
  );
});

/** The dtypes of the elements that an operation works on. */
function typesOf(operation: Operation): readonly DType[] {
  if (operation === "where") return allTypes;
  const { operands, result } = operationFacts[operation];
  if (operands.length > 0) return operandTypes(operation);
  return result === "int32" ? ["int32"] : allTypes;
}
