/** Do exported losses give the same values and gradients on native runtimes, of today and of 2023, whatever the batch? */
import * as current from "onnxruntime-node";
import * as old from "onnxruntime-node-old";
import { describe, expect, test } from "vitest";
import { differencesOf, exportLoss, exportedLosses } from "../packages/engine-onnx/test/exported-losses.ts";

describe.each([
  ["1.30", current],
  ["1.14", old as unknown as typeof current],
] as const)("onnxruntime-node %s", (_, ort) => {
  test.each(exportedLosses)("$title", async (exported) => {
    const bytes = exportLoss(exported);
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ["cpu"], logSeverityLevel: 4 });
    expect(await differencesOf(exported, ort, session, [1, 2, 7])).toEqual([]);
  });
});
