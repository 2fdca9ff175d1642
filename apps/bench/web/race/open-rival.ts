/** How does the worker make whatever stands beside the engines? Each is loaded when it is asked for. */
import type { Contender } from "../../src/contenders/contender.ts";
import type { PageRivalName } from "../../src/race/participants.ts";

/** Makes each, or throws with the reason why it does not work here. */
export const rivalOpenings: Readonly<Record<PageRivalName, () => Promise<Contender>>> = {
  hand: async () => (await import("../../src/contenders/hand.ts")).handContender(),
  model: async () => {
    const [ort, { modelContender }] = await Promise.all([
      import("onnxruntime-web/wasm"),
      import("../../src/contenders/onnx-model.ts"),
    ]);
    return modelContender("model", `onnxruntime-web ${ort.env.versions.web}`, ort, "wasm");
  },
  "tfjs-cpu": () => openTensorFlow("cpu"),
  "tfjs-wasm": () => openTensorFlow("wasm"),
  "tfjs-webgl": () => openTensorFlow("webgl"),
};

async function openTensorFlow(backend: "cpu" | "wasm" | "webgl"): Promise<Contender> {
  if (!__PEERS__) throw new Error("This page was built without TensorFlow.js; building it with --peers adds it.");
  return (await import("./tensorflow.ts")).openTensorFlow(backend);
}
