/** Does the engine show what every engine must, on every onnxruntime-web that its package accepts? `npm test` runs it on the newest. */
import { readFileSync } from "node:fs";
import { conformanceCases, runCase } from "@symloss/conformance";
import { type OnnxRuntime, onnx } from "@symloss/engine-onnx";
import { describe, expect, test } from "vitest";

const manifest = JSON.parse(readFileSync(new URL("../packages/engine-onnx/package.json", import.meta.url), "utf8")) as {
  readonly peerDependencies: Readonly<Record<string, string>>;
};

const older = ["1.27", "1.29"];

test("the package accepts these, and none before", () => {
  expect(manifest.peerDependencies["onnxruntime-web"]).toBe(`>=${older[0]}.0`);
});

describe.each(older)("conformance on onnxruntime-web %s", async (version) => {
  const ort = (await import(`onnxruntime-web-${version}/wasm`)) as OnnxRuntime & {
    readonly env: { readonly versions: { readonly web?: string } };
  };
  const createEngine = () => onnx({ ort });
  const engine = await createEngine();
  const cases = conformanceCases(engine, { createEngine, goldens: "oneOfEach", runs: 15 });

  test("the runtime is the one that is installed here", () => {
    expect([engine.device, ort.env.versions.web]).toEqual(["wasm x1", `${version}.0`]);
  });
  test.each(cases)("$name", async (one) => void (await runCase(one, engine)), 60_000);
});
