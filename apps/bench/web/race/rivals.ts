/** What does the page know of whatever stands beside the engines? */
import { type PageRivalName, pagePeerNames, pageRivalNames } from "../../src/race/participants.ts";

/** What each is. */
export const rivalSummaries: Readonly<Record<PageRivalName, string>> = {
  hand: "loops written by hand",
  model: "ONNX models built by hand, in ONNX Runtime's WebAssembly",
  "gpu-js": "kernels by hand for gpu.js, with its default settings",
  "gpu-js-packed": "kernels by hand for gpu.js, with four elements to a texel",
  "tfjs-cpu": "TensorFlow.js in plain JavaScript",
  "tfjs-wasm": "TensorFlow.js in WebAssembly",
  "tfjs-webgl": "TensorFlow.js on WebGL",
};

/** Those that this page was built with. */
export const offeredRivals: readonly PageRivalName[] = pageRivalNames.filter(
  (name) => __PEERS__ || !pagePeerNames.includes(name),
);
