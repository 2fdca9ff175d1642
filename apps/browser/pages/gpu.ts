/** Does engine-gpu do in a browser what every engine must? */
import { cpu } from "@symloss/engine-cpu";
import { type GpuOptions, gpu } from "@symloss/engine-gpu";
import type { Report } from "../src/messages.ts";
import { runConformance } from "./conformance.ts";

/** Runs the cases of these names and returns the device the engine ran on. */
export default async function (mode: GpuOptions["mode"], names: readonly string[], report: Report): Promise<string> {
  const createEngine = () => gpu({ mode });
  const engine = await createEngine();
  const reference = await cpu({ mode: "interpreter" });
  await runConformance(engine, { createEngine, reference }, names, report);
  await engine.dispose();
  return engine.device;
}
