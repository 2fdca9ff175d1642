/** What may a user import? */
export { type GpuOptions, gpu } from "./engine.ts";
export { gpuTraits } from "./traits.ts";
