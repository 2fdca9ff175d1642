/** Do exported losses give the same values and gradients on native runtimes, of today and of 2023, whatever the batch? */
import * as current from "onnxruntime-node";
import * as old from "onnxruntime-node-old";
import { describe, expect, test } from "vitest";
import { compareArrays } from "../packages/engine-onnx/test/compare.ts";
import {
  expectedOutputs,
  exportLoss,
  exportedLosses,
  outputNames,
  sampleInputs,
} from "../packages/engine-onnx/test/exported-losses.ts";

describe.each([
  ["1.30", current],
  ["1.14", old as unknown as typeof current],
] as const)("onnxruntime-node %s", (_, ort) => {
  test.each(exportedLosses)("$title", async (exported) => {
    const bytes = exportLoss(exported);
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ["cpu"], logSeverityLevel: 4 });
    const differences: string[] = [];
    for (const batch of [1, 2, 7]) {
      const arrays = sampleInputs(exported, batch);
      const feeds = Object.entries(arrays).map(([name, { data, shape, dtype }]) => [
        name,
        new ort.Tensor(dtype as "float32", data as Float32Array, shape),
      ]);
      const outputs = await session.run(Object.fromEntries(feeds));
      const expected = await expectedOutputs(exported, arrays);
      for (const [index, name] of outputNames(exported).entries()) {
        const { dims, data } = outputs[name]!;
        differences.push(
          ...compareArrays(`${name} of batch ${batch}`, { shape: dims, data: data as Float32Array }, expected[index]!),
        );
      }
    }
    expect(differences).toEqual([]);
  });
});
