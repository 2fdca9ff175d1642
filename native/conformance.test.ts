/** Does the engine show what every engine must, on the native ONNX Runtime? */
import { conformanceCases, runCase } from "@symloss/conformance";
import { cpu } from "@symloss/engine-cpu";
import { type OnnxRuntime, onnx } from "@symloss/engine-onnx";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";

const createEngine = () => onnx({ ort });
const engine = await createEngine();
const cases = conformanceCases(engine, { createEngine, reference: await cpu({ mode: "interpreter" }) });

describe("conformance on onnxruntime-node", () => {
  test("the runtime is the one that is installed here", () => {
    const { versions }: OnnxRuntime["env"] = ort.env;
    expect([engine.device, versions.node]).toEqual(["cpu x1", "1.30.0"]);
  });
  test.each(cases)("$name", async (one) => void (await runCase(one, engine)), 60_000);
});
