/** Which elements does a thread of a kernel compute? */
import { lanes } from "./layout.ts";

/** How a kernel's threads compute its roots. */
export interface ThreadMapping {
  /**
   * Whether a thread computes four consecutive elements of each root, each in a texture of its own, or one element of each, all in one
   * texture.
   */
  readonly packed: boolean;
  /** How many elements an iteration of a loop combines. */
  readonly unroll: 1 | 4;
  /** The number of equal parts of the only root; a thread computes four elements of each part, so that parts share what is read. */
  readonly parts: 1 | 4;
}

/** How many threads compute this many elements. */
export function threadsOf(size: number, { packed, parts }: Pick<ThreadMapping, "packed" | "parts">): number {
  return packed ? Math.ceil(size / lanes / parts) : size;
}
