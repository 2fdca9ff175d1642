/** Who can take part in a race in a browser, by name? */

/** The engines that a page can load. */
export const pageEngineNames = ["wasm", "cpu", "interpreter", "onnx", "gpu"] as const;

/** The name of an engine of a page. */
export type PageEngineName = (typeof pageEngineNames)[number];

/** Whatever can stand beside them in a page. */
export const pageRivalNames = [
  "hand",
  "model",
  "gpu-js",
  "gpu-js-packed",
  "tfjs-cpu",
  "tfjs-wasm",
  "tfjs-webgl",
] as const;

/** The name of something that can stand beside the engines of a page. */
export type PageRivalName = (typeof pageRivalNames)[number];

/** Those that only a page has which was built with other libraries. */
export const pagePeerNames: readonly PageRivalName[] = ["tfjs-cpu", "tfjs-wasm", "tfjs-webgl"];
