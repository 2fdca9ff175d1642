/** Does the engine do what every engine must, with products rounded once or twice? */
import { type ExpectedFailure, checkExpectedFailures, conformanceCases, runCase } from "@symloss/conformance";
import { describe, expect, test } from "vitest";
import { wasm } from "./index.ts";

const expectedFailures: readonly ExpectedFailure[] = [];

const [usual, separate] = [await wasm(), await wasm({ relaxedSimd: false })];

describe.each(usual.device === separate.device ? [usual] : [usual, separate])("on $device", (engine) => {
  const relaxedSimd = engine === usual ? "auto" : false;
  const cases = conformanceCases(engine, { createEngine: () => wasm({ relaxedSimd }) });

  for (const one of cases) test(one.name, () => runCase(one, engine, { expectedFailures }));

  test("every expected failure is of a case", () => {
    expect(() => checkExpectedFailures(cases, expectedFailures)).not.toThrow();
  });
});
