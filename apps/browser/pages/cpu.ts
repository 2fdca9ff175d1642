/** Does engine-cpu do in a browser what every engine must? */
import { cpu } from "@symloss/engine-cpu";
import type { Report } from "../src/messages.ts";
import { runConformance } from "./conformance.ts";

export default async function (names: readonly string[], report: Report): Promise<void> {
  await runConformance(await cpu(), { createEngine: cpu }, names, report);
}
