/** Does engine-onnx do in a browser what every engine must, on the build of onnxruntime-web that it loads by itself? */
import type { CaseGroup } from "@symloss/conformance";
import { type OnnxOptions, onnx } from "@symloss/engine-onnx";
import * as ort from "onnxruntime-web/wasm";
import type { Report } from "../src/messages.ts";
import { runConformance } from "./conformance.ts";

/** Runs the cases of these groups and returns the device the engine ran on. */
export default async function (
  settings: OnnxOptions & { readonly initTimeout?: number },
  groups: readonly CaseGroup[],
  report: Report,
): Promise<string> {
  const { initTimeout, ...options } = settings;
  if (initTimeout !== undefined) ort.env.wasm.initTimeout = initTimeout;
  const createEngine = () => onnx(options);
  const engine = await createEngine();
  await runConformance(engine, { createEngine }, groups, report);
  return `${engine.device}, ${crossOriginIsolated ? "isolated" : "not isolated"}`;
}
