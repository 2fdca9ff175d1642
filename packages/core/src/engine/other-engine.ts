/** How does a message name the engine of an array that another engine was given? */
import type { Engine } from "./contract.ts";

/** `engine "gpu" (webgl2: ..)`, or `another engine of that name, made by another call`, which a name alone would not tell apart. */
export function otherEngine(wanted: Engine, other: Engine): string {
  if (other.name !== wanted.name) return `engine "${other.name}" (${other.device})`;
  const device = other.device === wanted.device ? "" : ` (${other.device})`;
  return `another engine of that name${device}, made by another call`;
}
