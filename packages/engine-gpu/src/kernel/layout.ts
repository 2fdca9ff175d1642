/** Where do the elements of an array lie in a texture? Four to a texel, in row-major order. */
import { EngineError, sizeOf } from "@symloss/core/engine";

/** How many elements a texel holds. */
export const lanes = 4;

/** Width and height of a texture, in texels. */
export type TextureShape = readonly [width: number, height: number];

/** How the elements of a node lie in a texture: four to a texel, or one, in a given channel, so that several nodes can share a texture. */
export interface Place {
  readonly texture: number;
  /** Undefined: four elements to a texel. */
  readonly channel?: number;
}

/** The limits of a device. */
export interface Limits {
  /** How many arrays one kernel can read. */
  readonly inputs: number;
  /** How many textures one kernel can fill. */
  readonly outputs: number;
  /** How many texels a texture can have along a side. */
  readonly textureSize: number;
  /** How many elements an array can have: as many as fit in the largest texture. */
  readonly elements: number;
  /** How many elements an index in a kernel can distinguish, even in an array without a texture. */
  readonly indices: number;
  /** Whether a thread computes four elements; otherwise one, except for results that stay on the device. */
  readonly packed: boolean;
}

/**
 * The shape of a texture of at least this many texels; undefined if it would be too large.
 * The width is a power of two, so that addresses are shifts; the height is at least 2, because gpu.js changes the layout of a single row.
 */
export function textureShape(texels: number, maximum: number): TextureShape | undefined {
  if (texels <= 1) return [1, 1];
  let width = 2 ** Math.floor(Math.log2(texels) / 2);
  while (Math.ceil(texels / width) > maximum) width *= 2;
  return width > maximum ? undefined : [width, Math.ceil(texels / width)];
}

/** Bytes of a texture of this shape. */
export function textureBytes({ shape: [width, height] }: { readonly shape: TextureShape }): number {
  return 4 * lanes * width * height;
}

/** The shape of the texture of an array that is uploaded or stays on the device. Throws `EngineError` if no texture can hold it. */
export function arrayShape(shape: readonly number[], limits: Limits, caller: string): TextureShape {
  return rowsOfTexels({ shape, size: sizeOf(shape) }, lanes, limits, caller);
}

/**
 * The shape of a texture for an array with this many elements to a texel: a row of texels for each row of the array if that fits, because
 * threads then find their position without dividing. Throws `EngineError` if no texture can hold it.
 */
export function rowsOfTexels(
  { shape, size }: { readonly shape: readonly number[]; readonly size: number },
  perTexel: number,
  limits: Limits,
  caller = "compile",
): TextureShape {
  const texels = Math.ceil(size / perTexel);
  const width = (shape.at(-1) ?? 1) / perTexel;
  const height = texels / width;
  const fits = Number.isInteger(width) && width >= 16 && height >= 2 && Math.max(width, height) <= limits.textureSize;
  if (fits && size <= limits.elements) return [width, height];
  const found = size > limits.elements ? undefined : textureShape(texels, limits.textureSize);
  if (found !== undefined) return found;
  throw new EngineError(
    `${caller}: an array must have at most ${limits.elements} elements on this device, got ${size}.`,
  );
}
