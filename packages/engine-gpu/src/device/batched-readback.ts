/** How do small results come down together? Copied one below the other into one texture, which is read once. */
import type { ArrayTexture, GpuContext } from "./context.ts";
import type { KernelTexture } from "./gpu-js.ts";
import { type Place, lanes } from "../kernel/layout.ts";

/** Textures that are read together. */
export interface BatchedReadback {
  readonly texture: ArrayTexture;
  /** Reads them all, as they are now. */
  fetch(): void;
  /** Whether this texture is one of them. */
  has(texture: number): boolean;
  /** The elements that were fetched, in an array of their number. */
  take(place: Place, target: Float32Array): Float32Array;
}

/** As many of the textures as are small together; undefined where there are not two. */
export function makeBatchedReadback(
  context: GpuContext,
  numbers: Iterable<number>,
  textureOf: (number: number) => KernelTexture,
): BatchedReadback | undefined {
  const rows = new Map<number, number>();
  let [width, height] = [0, 0];
  for (const number of [...new Set(numbers)].toSorted((left, right) => texelsOf(left) - texelsOf(right))) {
    const [columns, own] = textureOf(number).size as unknown as [number, number];
    if (Math.max(width, columns) * (height + own) > mostTexels) break;
    rows.set(number, height);
    width = Math.max(width, columns);
    height += own;
  }
  if (rows.size < 2) return undefined;
  const texture = context.createTextureOf([width, height]);
  const texels = new Float32Array(lanes * width * height);

  function texelsOf(number: number): number {
    const { size } = textureOf(number);
    return size[0]! * size[1]!;
  }
  return {
    texture,
    fetch() {
      for (const [number, row] of rows) context.copy(textureOf(number), texture, row);
      context.readTexels(texture, texels);
    },
    has: (number) => rows.has(number),
    take({ texture: number, channel }, target) {
      const columns = textureOf(number).size[0]!;
      const first = rows.get(number)!;
      for (let index = 0; index < target.length; index++) {
        const texel = channel === undefined ? Math.floor(index / lanes) : index;
        const row = Math.floor(texel / columns);
        const start = lanes * ((first + row) * width + texel - row * columns);
        target[index] = texels[start + (channel ?? index % lanes)]!;
      }
      return target;
    },
  };
}

/** Texels of a texture that is read about as fast as a single one. */
const mostTexels = 2 ** 14;
