/** Does engine-wasm do in a browser what every engine must? */
import { wasm } from "@symloss/engine-wasm";
import type { Report } from "../src/messages.ts";
import { runConformance } from "./conformance.ts";

export default async function (names: readonly string[], report: Report): Promise<void> {
  await runConformance(await wasm(), { createEngine: wasm }, names, report);
}
