/** Does engine-onnx show in a browser what every engine must, on the build of onnxruntime-web that it loads by itself? */
import { type CaseGroup, conformanceCases, runCase } from "@symloss/conformance";
import { type OnnxOptions, onnx } from "@symloss/engine-onnx";
import * as ort from "onnxruntime-web/wasm";
import type { Report } from "../src/messages.ts";
import { runCases } from "./cases.ts";

/** Runs the cases of these groups and returns on what the engine ran. */
export default async function (
  settings: OnnxOptions & { readonly initTimeout?: number },
  groups: readonly CaseGroup[],
  report: Report,
): Promise<string> {
  const { initTimeout, ...options } = settings;
  if (initTimeout !== undefined) ort.env.wasm.initTimeout = initTimeout;
  const createEngine = () => onnx(options);
  const engine = await createEngine();
  const cases = conformanceCases(engine, { createEngine }).filter(({ group }) => groups.includes(group));
  await runCases(
    cases.map((one) => ({ name: one.name, run: async () => void (await runCase(one, engine)) })),
    report,
  );
  return `${engine.device}, ${crossOriginIsolated ? "isolated" : "not isolated"}`;
}
