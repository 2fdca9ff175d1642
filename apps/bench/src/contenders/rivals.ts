/** Who can stand beside the engines, and how does each come to be? A new rival is one row. */
import type { Contender } from "./contender.ts";
import { handContender } from "./hand.ts";
import { type Jax, jaxContender } from "./jax.ts";
import { type ModelRuntime, modelContender } from "./onnx-model.ts";
import { folderOf, importPeer } from "./peers.ts";
import { type TensorFlow, tensorFlowContender } from "./tensorflow.ts";

/** What the command line knows of something that stands beside the engines. */
interface RivalRow {
  readonly summary: string;
  /** Whether it lies in the folder of the peers. */
  readonly peer: boolean;
  readonly open: () => Promise<Contender> | Contender;
}

/** Everything that engines can be compared with, by name. */
export const rivalTable: Readonly<Record<string, RivalRow>> = {
  hand: { summary: "loops written by hand", peer: false, open: () => handContender() },
  model: {
    summary: "ONNX models built by hand, in ONNX Runtime's WebAssembly",
    peer: false,
    open: async () => {
      const ort = await import("onnxruntime-web/wasm");
      return modelContender("model", `onnxruntime-web ${ort.env.versions.web}`, ort, "wasm");
    },
  },
  "model-native": {
    summary: "the same models in ONNX Runtime's native build",
    peer: true,
    open: async () => {
      const { module, version } = await importPeer<ModelRuntime>("onnxruntime-node");
      return modelContender("model-native", `onnxruntime-node ${version}`, module, "cpu");
    },
  },
  "tfjs-cpu": { summary: "TensorFlow.js in plain JavaScript", peer: true, open: () => openTensorFlow("cpu") },
  "tfjs-wasm": {
    summary: "TensorFlow.js in WebAssembly",
    peer: true,
    open: async () => {
      const name = "@tensorflow/tfjs-backend-wasm";
      const { module } = await importPeer<{ setWasmPaths(folder: string): void }>(name);
      module.setWasmPaths(`${folderOf(name)}dist/`);
      return openTensorFlow("wasm");
    },
  },
  "jax-js": { summary: "jax-js in WebAssembly, compiled by its jit", peer: true, open: openJax },
};

async function openTensorFlow(backend: "cpu" | "wasm"): Promise<Contender> {
  const { module: tf, version } = await importPeer<TensorFlow>("@tensorflow/tfjs");
  // Without this it warns, and checks what a benchmark should not time.
  tf.enableProdMode();
  if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} of TensorFlow.js did not start`);
  return tensorFlowContender(`tfjs-${backend}`, tf, backend, `TensorFlow.js ${version}, ${backend}`);
}

async function openJax(): Promise<Contender> {
  hideWorkers();
  const { module: jax, version } = await importPeer<Jax>("@jax-js/jax");
  // Without a device it asks for the page's navigator.
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  return jaxContender("jax-js", jax, `jax-js ${version}, wasm`);
}

/**
 * jax-js asks for every kernel whether there are workers, and fails where the answer is another than when it was loaded. Node.js has no
 * such global, but ONNX Runtime makes one when its first session starts.
 */
function hideWorkers(): void {
  Object.defineProperty(globalThis, "Worker", { get: () => undefined, set: () => {}, configurable: true });
}
