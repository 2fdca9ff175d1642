/** Does engine-wasm do in a browser what every engine must? */
import type { CaseGroup } from "@symloss/conformance";
import { wasm } from "@symloss/engine-wasm";
import type { Report } from "../src/messages.ts";
import { runConformance } from "./conformance.ts";

export default async function (groups: readonly CaseGroup[], report: Report): Promise<void> {
  await runConformance(await wasm(), { createEngine: wasm }, groups, report);
}
