/** Who can be named on the command line, and how does each come to be? A new engine is one row. */
import { cpu } from "@symloss/engine-cpu";
import type { Engine } from "@symloss/core";
import { type OnnxRuntime, onnx } from "@symloss/engine-onnx";
import { wasm } from "@symloss/engine-wasm";
import * as ortWeb from "onnxruntime-web/wasm";
import type { Contender } from "./contender.ts";
import { engineContender } from "./engine.ts";
import { handContender } from "./hand.ts";
import { type Jax, jaxContender } from "./jax.ts";
import { type ModelRuntime, modelContender } from "./onnx-model.ts";
import { folderOf, importPeer } from "./peers.ts";
import type { Residence } from "./residence.ts";
import { type TensorFlow, tensorFlowContender } from "./tensorflow.ts";

/** What the command line knows of an engine. */
interface EngineRow {
  readonly summary: string;
  readonly make: () => Promise<Engine> | Engine;
}

/** What the command line knows of something that stands beside the engines. */
interface RivalRow {
  readonly summary: string;
  /** Whether it lies in the folder of the peers. */
  readonly peer: boolean;
  readonly open: () => Promise<Contender> | Contender;
}

/** Every engine, by name. */
export const engineTable: Readonly<Record<string, EngineRow>> = {
  wasm: { summary: "loops compiled to WebAssembly SIMD", make: () => wasm() },
  cpu: { summary: "loops generated as JavaScript", make: () => cpu() },
  interpreter: {
    summary: "engine cpu without generated code, operation by operation",
    make: () => cpu({ mode: "interpreter" }),
  },
  onnx: { summary: "ONNX Runtime's WebAssembly", make: () => onnx({ ort: ortWeb }) },
  "onnx-native": {
    summary: "ONNX Runtime's native build, if onnxruntime-node is installed",
    make: async () => onnx({ ort: (await importPeer<OnnxRuntime>("onnxruntime-node")).module }),
  },
};

/** Everything that engines can be compared with, by name. */
export const rivalTable: Readonly<Record<string, RivalRow>> = {
  hand: { summary: "loops written by hand", peer: false, open: () => handContender() },
  model: {
    summary: "ONNX models built by hand, in ONNX Runtime's WebAssembly",
    peer: false,
    open: () => modelContender("model", `onnxruntime-web ${ortWeb.env.versions.web}`, ortWeb, "wasm"),
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

/** The engine of that name, once for each residence; throws what its factory throws. */
export async function openEngine(name: string, where: readonly Residence[]): Promise<Contender> {
  return engineContender(name, await engineTable[name]!.make(), where);
}

async function openTensorFlow(backend: "cpu" | "wasm"): Promise<Contender> {
  const { module: tf, version } = await importPeer<TensorFlow>("@tensorflow/tfjs");
  // Without this it warns, and checks what a benchmark should not time.
  tf.enableProdMode();
  if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} of TensorFlow.js did not start`);
  return tensorFlowContender(`tfjs-${backend}`, tf, backend, `TensorFlow.js ${version}, ${backend}`);
}

async function openJax(): Promise<Contender> {
  const { module: jax, version } = await importPeer<Jax>("@jax-js/jax");
  // Without a device it asks for the page's navigator.
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  return jaxContender("jax-js", jax, `jax-js ${version}, wasm`);
}
