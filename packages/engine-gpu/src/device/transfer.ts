/** How do arrays of each dtype get into textures and back? As float32, through arrays that are reused. */
import { type DType, type TypedArray, castNumber } from "@symloss/core/engine";
import type { ArrayTexture, GpuContext } from "./context.ts";
import type { KernelTexture } from "./gpu-js.ts";
import { type Place, lanes } from "../kernel/layout.ts";

/** How arrays get into a texture. */
export interface Upload {
  copy(data: TypedArray): void;
  /** Bytes of the staging array. */
  readonly bytes: number;
}

/** Copies arrays of a dtype into the texture, converting them to float32 if necessary. */
export function makeUpload(context: GpuContext, texture: ArrayTexture, dtype: DType, size: number): Upload {
  const lastRow = new Float32Array(lanes * texture.shape[0]);
  const staging = dtype === "float32" ? undefined : new Float32Array(size);
  return {
    bytes: staging?.byteLength ?? 0,
    copy(data) {
      staging?.set(data);
      context.upload(texture, staging ?? (data as Float32Array), lastRow);
    },
  };
}

/** Reads a value into the given array, or into one that is reused. */
export function makeReader(
  context: GpuContext,
  { size }: { readonly size: number },
  { channel }: Omit<Place, "texture">,
  texture: () => KernelTexture,
): (target?: Float32Array) => Float32Array {
  let own: Float32Array | undefined;
  let staging: Float32Array | undefined;
  return (target = (own ??= new Float32Array(size))) => {
    const source = texture();
    if (channel === undefined) {
      staging ??= new Float32Array(lanes * source.size[0]!);
      context.read(source, target, staging);
      return target;
    }
    staging ??= new Float32Array(lanes * source.size[0]! * source.size[1]!);
    context.readTexels(source, staging);
    for (let index = 0; index < size; index++) target[index] = staging[lanes * index + channel]!;
    return target;
  };
}

/** The elements converted to a dtype. */
export function convert(elements: Float32Array, output: TypedArray, dtype: DType): void {
  for (let index = 0; index < output.length; index++) output[index] = castNumber(elements[index]!, dtype);
}
