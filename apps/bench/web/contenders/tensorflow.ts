/** How does TensorFlow.js start on each of its backends? Only a page that is built with other libraries has it. */
import * as tensorflow from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import plainWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simdWasm from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import type { Contender } from "../../src/contenders/contender.ts";
import type { Residence } from "../../src/contenders/residence.ts";
import { tensorFlowContender } from "../../src/contenders/tensorflow.ts";

/** Once for each residence, if there are any; throws if the backend does not work here. */
export async function openTensorFlow(
  backend: "cpu" | "wasm" | "webgl",
  where?: readonly Residence[],
): Promise<Contender> {
  // On one thread, as everyone else.
  tensorflow.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  setWasmPaths({
    "tfjs-backend-wasm.wasm": plainWasm,
    "tfjs-backend-wasm-simd.wasm": simdWasm,
    // It wants this one too, and never loads it.
    "tfjs-backend-wasm-threaded-simd.wasm": simdWasm,
  });
  // Without this it warns, and checks what a benchmark should not time.
  tensorflow.enableProdMode();
  if (!(await tensorflow.setBackend(backend)))
    throw new Error(`The backend ${backend} of TensorFlow.js did not start.`);
  const device = `TensorFlow.js ${tensorflow.version.tfjs}, ${backend}`;
  return tensorFlowContender(`tfjs-${backend}`, tensorflow, backend, device, where);
}
