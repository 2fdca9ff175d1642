/** How does the worker make whatever stands beside the engines? Each is loaded when it is asked for. */
import type { Contender } from "../../src/contenders/contender.ts";
import type { Residence } from "../../src/contenders/residence.ts";
import type { PageRivalName } from "../../src/race/participants.ts";

/** Makes each, or throws with the reason why it does not work here; those on a device of their own enter once for each residence. */
export const rivalOpenings: Readonly<Record<PageRivalName, (where: readonly Residence[]) => Promise<Contender>>> = {
  hand: async () => (await import("../../src/contenders/hand.ts")).handContender(),
  model: async () => {
    const [ort, { modelContender }] = await Promise.all([
      import("onnxruntime-web/wasm"),
      import("../../src/contenders/onnx-model.ts"),
    ]);
    return modelContender("model", `onnxruntime-web ${ort.env.versions.web}`, ort, "wasm");
  },
  "gpu-js": async (where) => (await import("../contenders/gpu-js.ts")).gpuJsContender(where),
  "gpu-js-packed": async (where) => (await import("../contenders/gpu-js-packed.ts")).packedContender(where),
  "tfjs-cpu": () => openTensorFlow("cpu"),
  "tfjs-wasm": () => openTensorFlow("wasm"),
  "tfjs-webgl": (where) => openTensorFlow("webgl", where),
};

async function openTensorFlow(backend: "cpu" | "wasm" | "webgl", where?: readonly Residence[]): Promise<Contender> {
  if (!__PEERS__) throw new Error("This page was built without TensorFlow.js; building it with --peers adds it.");
  return (await import("../contenders/tensorflow.ts")).openTensorFlow(backend, where);
}
