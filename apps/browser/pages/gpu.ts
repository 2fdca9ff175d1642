/** Does engine-gpu do in a browser what every engine must? */
import type { CaseGroup } from "@symloss/conformance";
import { cpu } from "@symloss/engine-cpu";
import { type GpuOptions, gpu } from "@symloss/engine-gpu";
import type { Report } from "../src/messages.ts";
import { runConformance } from "./conformance.ts";

/** Runs the cases of these groups and returns the device the engine ran on. */
export default async function (
  mode: GpuOptions["mode"],
  groups: readonly CaseGroup[],
  report: Report,
): Promise<string> {
  const createEngine = () => gpu({ mode });
  const engine = await createEngine();
  const reference = await cpu({ mode: "interpreter" });
  await runConformance(engine, { createEngine, reference }, groups, report);
  await engine.dispose();
  return engine.device;
}
