/** What may a user import? */
export { type CpuOptions, cpu } from "./engine.ts";
