/** What may a user import? */
export { type OnnxOptions, onnx } from "./engine.ts";
export { type ExportOptions, type InputSpecs, exportOnnx } from "./export.ts";
export type { OnnxRuntime, WasmPaths } from "./session.ts";
