/** Does engine-cpu do in a browser what every engine must? */
import type { CaseGroup } from "@symloss/conformance";
import { cpu } from "@symloss/engine-cpu";
import type { Report } from "../src/messages.ts";
import { runConformance } from "./conformance.ts";

export default async function (groups: readonly CaseGroup[], report: Report): Promise<void> {
  await runConformance(await cpu(), { createEngine: cpu }, groups, report);
}
