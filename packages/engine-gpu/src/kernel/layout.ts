/** Where do the elements of an array lie in a texture? Four to a texel, in row-major order. */

/** How many elements a texel holds. */
export const lanes = 4;

/** Width and height of a texture, in texels. */
export type TextureShape = readonly [width: number, height: number];

/**
 * The shape of a texture of at least so many texels; undefined where none so large exists.
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
