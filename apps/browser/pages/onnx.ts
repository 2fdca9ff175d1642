/** Does engine-onnx do in a browser what every engine must, on the build of onnxruntime-web that it loads by itself? */
import { type OnnxOptions, onnx } from "@symloss/engine-onnx";
import * as ort from "onnxruntime-web/wasm";
import type { Report } from "../src/messages.ts";
import { runConformance } from "./conformance.ts";

/** Runs the cases of these names and returns the device the engine ran on. */
export default async function (
  settings: OnnxOptions & { readonly initTimeout?: number },
  names: readonly string[],
  report: Report,
): Promise<string> {
  const { initTimeout, ...options } = settings;
  if (initTimeout !== undefined) ort.env.wasm.initTimeout = initTimeout;
  const createEngine = () => onnx(options);
  const engine = await createEngine();
  await runConformance(engine, { createEngine }, names, report);
  return `${engine.device}, ${crossOriginIsolated ? "isolated" : "not isolated"}`;
}
