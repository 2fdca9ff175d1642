/** What do contenders on a graphics card share? */
import type { Entrant } from "../../src/contenders/contender.ts";
import type { Residence } from "../../src/contenders/residence.ts";
import type { OutputNumbers } from "../../src/measure/check.ts";

/** What tells the ways of a contender apart, as for the engines. */
export function variantOf(residence: Residence): Pick<Entrant, "variant"> {
  return residence === "into" ? {} : { variant: residence };
}

/** The elements of what a kernel of gpu.js returns: numbers, rows of numbers, or a texture of either. */
export function elementsOfResult(result: unknown): OutputNumbers {
  const value = isTexture(result) ? result.toArray() : result;
  const rows = value as ArrayLike<number> | readonly Float32Array[];
  if (typeof rows[0] === "number") return rows as ArrayLike<number>;
  return Array.from(rows as readonly Float32Array[], (row) => Array.from(row)).flat();
}

/** Frees a context and all that is on it: whoever does without it has room for another. */
export function loseContext(context: WebGL2RenderingContext | null): void {
  context?.getExtension("WEBGL_lose_context")?.loseContext();
}

function isTexture(result: unknown): result is { toArray(): unknown } {
  return typeof result === "object" && result !== null && "toArray" in result;
}
