/** Does the engine do what every engine must, as generated code and as the interpreter? */
import { type ExpectedFailure, checkExpectedFailures, conformanceCases, runCase } from "@symloss/conformance";
import { describe, expect, test } from "vitest";
import { cpu } from "./index.ts";

const expectedFailures: readonly ExpectedFailure[] = [];

const interpreter = await cpu({ mode: "interpreter" });
const engines = [
  { mode: "codegen", engine: await cpu({ mode: "codegen" }), reference: interpreter },
  // It computes one operation after another, so that losses test little that operations don't.
  { mode: "interpreter", engine: interpreter, goldens: "oneOfEach" },
] as const;

describe.each(engines)("in mode $mode", ({ mode, engine, ...options }) => {
  const cases = conformanceCases(engine, { createEngine: () => cpu({ mode }), ...options });

  for (const one of cases) test(one.name, () => runCase(one, engine, { expectedFailures }));

  test("every expected failure is of a case", () => {
    expect(() => checkExpectedFailures(cases, expectedFailures)).not.toThrow();
  });
});
