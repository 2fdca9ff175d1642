/** How does a page show that an engine does what every engine must? */
import { type SuiteOptions, conformanceCases, runCase } from "@symloss/conformance";
import type { Engine } from "@symloss/core";
import type { Report } from "../src/messages.ts";
import { suiteOfPages } from "../src/suite.ts";
import { runCases } from "./cases.ts";

/** Runs the cases of these names on the engine. */
export async function runConformance(
  engine: Engine,
  options: SuiteOptions,
  names: readonly string[],
  report: Report,
): Promise<void> {
  const wanted = new Set(names);
  const cases = conformanceCases(engine, { ...options, ...suiteOfPages }).filter(({ name }) => wanted.has(name));
  await runCases(
    cases.map((one) => ({ name: one.name, run: async () => void (await runCase(one, engine)) })),
    report,
  );
}
