/** How does a plan run? Its kernels and textures are made once; a run uploads, computes, and reads back. */
import {
  EngineError,
  type Graph,
  type Value as RunValue,
  type TypedArray,
  allocate,
  castNumber,
  sizeOf,
} from "@symloss/core/engine";
import type { ArrayTexture, GpuContext } from "./context.ts";
import { GpuDeviceArray } from "./device-array.ts";
import type { Kernel, KernelTexture } from "./gpu-js.ts";
import { finishScalar } from "./host.ts";
import type { Place } from "./kernel.ts";
import type { Plan } from "./plan.ts";
import { convert, makeReader, makeUpload } from "./transfer.ts";
import type { Value } from "./value.ts";

/** A plan on a context. */
export interface Program {
  readonly context: GpuContext;
  /** Uploads and computes. */
  compute(values: readonly RunValue[]): void;
  /** The results of the last `compute`, in the arrays given, or else in new ones. */
  read(outputs?: readonly TypedArray[]): TypedArray[];
  /** The results of the last `compute`, each in a texture of its own; none for a result without elements. */
  keep(): (ArrayTexture | undefined)[];
  /** Takes back what `keep` gave for a result: its next run needs it, or it is freed. */
  release(result: number, texture: ArrayTexture): void;
  dispose(): void;
}

/** Makes the kernels and textures of a plan. Throws `EngineError` where WebGL refuses one. */
export function makeProgram(context: GpuContext, plan: Plan, graph: Graph): Program {
  const own: ArrayTexture[] = [];
  const makeTexture = (shape: readonly number[]): ArrayTexture => {
    const texture = context.createTexture(shape);
    own.push(texture);
    return texture;
  };
  const sources = plan.sources.map(({ shape, data, dtype }) => {
    if (shape.includes(0)) return undefined;
    const texture = makeTexture(shape);
    const upload = makeUpload(context, texture, dtype, sizeOf(shape));
    if (data !== undefined) upload(data);
    return { texture, upload };
  });
  const textures: (KernelTexture | undefined)[] = sources.map((source) => source?.texture);
  const steps: { readonly kernel: Kernel; readonly from: readonly number[]; readonly given: KernelTexture[] }[] = [];
  /** For each result a texture that its next run draws on, so that a loop of runs makes none. */
  const spare = new Map<number, ArrayTexture>();
  let disposed = false;
  const dispose = (): void => {
    disposed = true;
    if (context.isLost) return;
    for (const { kernel } of steps) kernel.destroy();
    for (const texture of [...own, ...spare.values()]) context.deleteTexture(texture);
    spare.clear();
  };
  try {
    for (const step of plan.kernels) {
      const given = step.textures.map((texture) => textures[texture]!);
      const kernel = context.createKernel(step, given);
      textures[step.result] = kernel.kernel.texture;
      steps.push({ kernel, from: step.textures, given });
    }
    context.check("compile");
  } catch (error) {
    dispose();
    throw context.isLost ? context.lossError("compile") : error;
  }
  const textureOf = ({ texture }: Place): KernelTexture => textures[texture]!;
  const readers = new Map(
    [...plan.places].map(([value, place]) => [value, makeReader(context, value, place, () => textureOf(place))]),
  );

  return {
    context,
    compute(values) {
      for (const [slot, value] of values.entries()) {
        const source = sources[slot];
        if (source === undefined) continue;
        if (ArrayBuffer.isView(value)) {
          source.upload(value);
          textures[slot] = source.texture;
        } else {
          textures[slot] = textureIn(context, value);
        }
      }
      for (const { kernel, from, given } of steps) {
        for (let index = 0; index < from.length; index++) given[index] = textures[from[index]!]!;
        kernel(...given);
      }
    },
    read(outputs) {
      const arrays = new Map<Value, Float32Array>();
      return plan.results.map((result, index) => {
        const { shape, dtype } = graph.outputs[index]!;
        const output = outputs?.[index] ?? allocate(dtype, sizeOf(shape));
        if (result.kind === "array") {
          const read = readers.get(result.value)!;
          if (output instanceof Float32Array) read(output);
          else convert(read(), output, dtype);
        } else if (result.kind === "scalar") {
          for (const value of result.reads) if (!arrays.has(value)) arrays.set(value, readers.get(value)!());
          output[0] = castNumber(finishScalar(result.value, arrays), dtype);
        }
        return output;
      });
    },
    keep() {
      const exchangedTextures = new Map<number, ArrayTexture>();
      return plan.results.map((result, index) => {
        if (result.kind !== "array") return undefined;
        const { texture } = plan.places.get(result.value)!;
        const target = spare.get(index) ?? context.createTexture(result.value.shape);
        spare.delete(index);
        const kernel = steps[texture - plan.sources.length]?.kernel;
        // What was given, or is a result twice, is copied.
        if (kernel !== undefined && !exchangedTextures.has(texture)) {
          exchangedTextures.set(texture, target);
          return context.exchange(kernel, target);
        }
        context.copy(exchangedTextures.get(texture) ?? textures[texture]!, target);
        return target;
      });
    },
    release(result, texture) {
      if (context.isLost) return;
      if (disposed || spare.has(result)) context.deleteTexture(texture);
      else spare.set(result, texture);
    },
    dispose,
  };
}

function textureIn(context: GpuContext, value: Exclude<RunValue, TypedArray>): KernelTexture {
  if (!(value instanceof GpuDeviceArray)) {
    throw new EngineError(
      `run: a value must be a typed array or an array of this engine "gpu", got one of engine "${value.engine.name}" (${value.engine.device}).`,
    );
  }
  return value.textureOn(context);
}
