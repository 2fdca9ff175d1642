/** Does the engine do what every engine must? */
import { type ExpectedFailure, checkExpectedFailures, conformanceCases, runCase } from "@symloss/conformance";
import { describe, expect, test } from "vitest";
import { wasm } from "./index.ts";

const expectedFailures: readonly ExpectedFailure[] = [];

describe.each([{ relaxedSimd: "auto" }, { relaxedSimd: false }] as const)("with %o", async (options) => {
  const engine = await wasm(options);
  const cases = conformanceCases(engine, { createEngine: () => wasm(options) });

  for (const one of cases) test(one.name, () => runCase(one, engine, { expectedFailures }));

  test("every expected failure is of a case", () => {
    expect(() => checkExpectedFailures(cases, expectedFailures)).not.toThrow();
  });
});
