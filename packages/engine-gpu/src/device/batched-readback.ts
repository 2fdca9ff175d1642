/** How are small results read back together? They are copied into one texture, one below the other, which is read once. */
import { type Place, type TextureShape, lanes } from "../kernel/layout.ts";
import type { ArrayTexture, GpuContext } from "./context.ts";
import type { KernelTexture } from "./gpu-js.ts";

/** As many of the textures as are small enough to read together; undefined if fewer than two are. */
export function makeBatchedReadback(
  context: GpuContext,
  numbers: Iterable<number>,
  textureOf: (number: number) => KernelTexture,
): BatchedReadback | undefined {
  const { rows, shape } = placeBelow(numbers, textureOf);
  return rows.size < 2 ? undefined : new BatchedReadback(context, rows, context.createTextureOf(shape), textureOf);
}

/** The size, in texels, up to which a texture is read about as fast as a single texel. */
const mostTexels = 2 ** 14;

/** The first row of each texture, the smallest first, and the shape of the texture that holds them all. */
function placeBelow(
  numbers: Iterable<number>,
  textureOf: (number: number) => KernelTexture,
): { readonly rows: ReadonlyMap<number, number>; readonly shape: TextureShape } {
  const sizeOf = (number: number): [width: number, height: number] => {
    const { size } = textureOf(number);
    return [size[0]!, size[1]!];
  };
  const texelsOf = (number: number): number => sizeOf(number)[0] * sizeOf(number)[1];
  const rows = new Map<number, number>();
  let [width, height] = [0, 0];
  for (const number of [...new Set(numbers)].toSorted((left, right) => texelsOf(left) - texelsOf(right))) {
    const [columns, own] = sizeOf(number);
    if (Math.max(width, columns) * (height + own) > mostTexels) break;
    rows.set(number, height);
    width = Math.max(width, columns);
    height += own;
  }
  return { rows, shape: [width, height] };
}

/** Textures that are read back together. */
export class BatchedReadback {
  readonly texture: ArrayTexture;
  readonly #context: GpuContext;
  readonly #rows: ReadonlyMap<number, number>;
  readonly #textureOf: (number: number) => KernelTexture;
  readonly #texels: Float32Array;

  constructor(
    context: GpuContext,
    rows: ReadonlyMap<number, number>,
    texture: ArrayTexture,
    textureOf: (number: number) => KernelTexture,
  ) {
    this.texture = texture;
    this.#context = context;
    this.#rows = rows;
    this.#textureOf = textureOf;
    this.#texels = new Float32Array(lanes * texture.shape[0] * texture.shape[1]);
  }

  /** Reads their current contents. */
  fetch(): void {
    for (const [number, row] of this.#rows) this.#context.copy(this.#textureOf(number), this.texture, row);
    this.#context.readTexels(this.texture, this.#texels);
  }

  /** Whether this texture is one of them. */
  has(texture: number): boolean {
    return this.#rows.has(texture);
  }

  /** The elements that were read back, as a new array of exactly their number. */
  take({ texture: number, channel }: Place, target: Float32Array): Float32Array {
    const width = this.texture.shape[0];
    const columns = this.#textureOf(number).size[0]!;
    const first = this.#rows.get(number)!;
    const texels = this.#texels;
    for (let index = 0; index < target.length; index++) {
      const texel = channel === undefined ? Math.floor(index / lanes) : index;
      const row = Math.floor(texel / columns);
      const start = lanes * ((first + row) * width + texel - row * columns);
      target[index] = texels[start + (channel ?? index % lanes)]!;
    }
    return target;
  }
}
