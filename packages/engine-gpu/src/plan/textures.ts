/** Which results of kernels are drawn on one texture, as the one is no longer read when the other is drawn? */
import type { TextureShape } from "../kernel/layout.ts";

/** What a kernel reads and draws; textures are numbered as in a plan. */
interface Drawing {
  readonly textures: readonly number[];
  readonly result: number;
  readonly outputs: number;
  readonly output: TextureShape;
  /** If given, its textures are joined into one array. */
  readonly whole: readonly number[] | undefined;
}

/** For each kernel the textures that it draws on. Those of kept results, and those that are joined, are drawn on once. */
export function shareTextures(kernels: readonly Drawing[], kept: ReadonlySet<number>): readonly number[][] {
  const lastReads = new Map<number, number>();
  for (const [step, { textures }] of kernels.entries()) for (const number of textures) lastReads.set(number, step);
  const free = new Map<string, number[]>();
  const drawnOn = new Map<number, { readonly texture: number; readonly unused: number[] }>();
  let count = 0;
  return kernels.map(({ textures, result, outputs, output, whole }, step) => {
    const key = output.join();
    const unused = free.get(key) ?? [];
    free.set(key, unused);
    const drawn = Array.from({ length: outputs }, () => (whole === undefined ? unused.pop() : undefined) ?? count++);
    if (whole === undefined)
      for (const [index, texture] of drawn.entries()) drawnOn.set(result + index, { texture, unused });
    // Only now: what a kernel reads it must not draw on.
    for (const number of new Set(textures)) {
      const place = drawnOn.get(number);
      if (place !== undefined && lastReads.get(number) === step && !kept.has(number)) place.unused.push(place.texture);
    }
    return drawn;
  });
}
