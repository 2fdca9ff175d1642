/** Where do the elements of an array lie in a texture? Four to a texel, in row-major order. */
import { EngineError, sizeOf } from "@symloss/core/engine";

/** How many elements a texel holds. */
export const lanes = 4;

/** Width and height of a texture, in texels. */
export type TextureShape = readonly [width: number, height: number];

/** Where the elements of a node lie: four to a texel, or one, in a channel of it, so that several nodes can share a texture. */
export interface Place {
  readonly texture: number;
  /** Undefined: four elements to a texel. */
  readonly channel?: number;
}

/** What a device allows. */
export interface Limits {
  /** Arrays that one kernel reads. */
  readonly inputs: number;
  /** Textures that one kernel fills. */
  readonly outputs: number;
  /** Texels along a side of a texture. */
  readonly textureSize: number;
  /** Elements of an array: no more than textures of that size hold. */
  readonly elements: number;
  /** Elements that an index of a kernel can tell apart, also of an array that has no texture. */
  readonly indices: number;
  /** Whether a thread computes four elements; else one, but for results that stay on the device. */
  readonly packed: boolean;
}

/**
 * The shape of a texture of at least so many texels; undefined if none so large exists.
 * The width is a power of two, so that addresses are shifts; the height is 2 at least, for gpu.js lays out a single row anew.
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

/** The shape of the texture of an array that comes from outside, or stays on the device; throws `EngineError` if none holds it. */
export function arrayShape(shape: readonly number[], limits: Limits, caller: string): TextureShape {
  return rowsOfTexels({ shape, size: sizeOf(shape) }, lanes, limits, caller);
}

/**
 * The shape of a texture for an array of so many elements a texel: a row of texels for each row of the array if that fits, for then
 * threads find their place without dividing. Throws `EngineError` if no texture holds it.
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
