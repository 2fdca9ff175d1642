/** Which elements does a thread of a kernel compute? */
import { lanes } from "./layout.ts";

/** How a kernel's threads compute its roots. */
export interface ThreadMapping {
  /** Whether a thread computes four elements in a row of each root, each in a texture of its own, or one element of each, all in one. */
  readonly packed: boolean;
  /** How many elements a turn of a loop puts together. */
  readonly unroll: 1 | 4;
  /** In how many equal parts the only root lies, of each of which a thread computes four elements, so that parts share what is read. */
  readonly parts: 1 | 4;
}

/** How many threads compute so many elements. */
export function threadsOf(size: number, { packed, parts }: Pick<ThreadMapping, "packed" | "parts">): number {
  return packed ? Math.ceil(size / lanes / parts) : size;
}
