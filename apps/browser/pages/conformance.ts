/** How does a page show that an engine does what every engine must? */
import { type CaseGroup, type SuiteOptions, conformanceCases, runCase } from "@symloss/conformance";
import type { Engine } from "@symloss/core";
import type { Report } from "../src/messages.ts";
import { suiteOfPages } from "../src/suite.ts";
import { runCases } from "./cases.ts";

/** Runs the cases of these groups on the engine. */
export async function runConformance(
  engine: Engine,
  options: SuiteOptions,
  groups: readonly CaseGroup[],
  report: Report,
): Promise<void> {
  const cases = conformanceCases(engine, { ...options, ...suiteOfPages }).filter(({ group }) => groups.includes(group));
  await runCases(
    cases.map((one) => ({ name: one.name, run: async () => void (await runCase(one, engine)) })),
    report,
  );
}
