/** What may a user import? */
export { wasm } from "./engine.ts";
export type { MemoryOptions, WasmOptions } from "./options.ts";
