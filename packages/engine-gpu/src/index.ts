/** What may a user import? */
export { gpu } from "./engine.ts";
export type { GpuOptions } from "./options.ts";
export { gpuTraits } from "./traits.ts";
