/** Does the engine pass the conformance suite on onnxruntime-web? */
import { conformanceCases, runCase } from "@symloss/conformance";
import { cpu } from "@symloss/engine-cpu";
import { describe, test } from "vitest";
import { onnx } from "./index.ts";

const engine = await onnx();
const cases = conformanceCases(engine, { createEngine: onnx, reference: await cpu({ mode: "interpreter" }) });

describe("conformance on onnxruntime-web", () => {
  test.each(cases)("$name", async (one) => void (await runCase(one, engine)), 60_000);
});
