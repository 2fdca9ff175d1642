/** What may a user import? */
export { onnx } from "./engine.ts";
export type { OnnxOptions } from "./options.ts";
export { type ExportOptions, type InputSpecs, type ModelInput, exportOnnx } from "./export.ts";
export type { OnnxRuntime, WasmPaths } from "./session.ts";
