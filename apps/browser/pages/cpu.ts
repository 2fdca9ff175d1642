/** Does engine-cpu show in a browser what every engine must? */
import { conformanceCases, runCase } from "@symloss/conformance";
import { cpu } from "@symloss/engine-cpu";
import type { Report } from "../src/messages.ts";
import { runCases } from "./cases.ts";

export default async function (report: Report): Promise<void> {
  const engine = await cpu();
  const cases = conformanceCases(engine, { createEngine: cpu });
  await runCases(
    cases.map((one) => ({ name: one.name, run: async () => void (await runCase(one, engine)) })),
    report,
  );
}
