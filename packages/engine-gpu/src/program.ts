/** How does a plan run? Its kernels and textures are made once; a run uploads, computes, and reads back. */
import {
  EngineError,
  type Graph,
  type TypedArray,
  type Value,
  allocate,
  castNumber,
  sizeOf,
} from "@symloss/core/engine";
import type { ArrayTexture, GpuContext } from "./device/context.ts";
import { GpuDeviceArray } from "./device/device-array.ts";
import { type BatchedReadback, makeBatchedReadback } from "./device/batched-readback.ts";
import type { KernelTexture } from "./device/gpu-js.ts";
import { type HostResult, finishScalar, resultReads } from "./plan/host.ts";
import type { PooledKernel } from "./device/kernel-pool.ts";
import type { Plan } from "./plan/plan.ts";
import { type Place, textureBytes } from "./kernel/layout.ts";
import { type Upload, convert, makeReader, makeUpload } from "./device/transfer.ts";
import type { KernelNode } from "./kernel/node.ts";

/** A plan on a context. */
export interface Program {
  readonly context: GpuContext;
  /** Uploads and computes. */
  compute(values: readonly Value[]): void;
  /** The results of the last `compute`, in the arrays given, or else in new ones. */
  read(outputs?: readonly TypedArray[]): TypedArray[];
  /** The results of the last `compute`, each in a texture of its own; none for a result without elements. */
  keep(): (ArrayTexture | undefined)[];
  /** Takes back what `keep` gave for a result: its next run needs it, or it is freed. */
  release(result: number, texture: ArrayTexture): void;
  /** Bytes of its textures, and of the arrays through which elements come and go. */
  readonly bytes: number;
  /** Whether its textures were freed: it does not run any more. */
  readonly isDisposed: boolean;
  dispose(): void;
}

/** Makes the kernels and textures of a plan. Throws `EngineError` where WebGL refuses one, and frees what it has made of them. */
export function makeProgram(context: GpuContext, plan: Plan, graph: Graph): Program {
  const kernels: PooledKernel[] = [];
  try {
    const made = context.make("compile", "compiling kernels", () => makeSteps(context, plan, kernels));
    return runSteps(context, plan, graph, made);
  } catch (error) {
    if (!context.isLost) for (const kernel of kernels) kernel.release();
    throw context.failure("compile", error);
  }
}

/** What a program is made of. */
interface Made {
  readonly steps: readonly Step[];
  /** For each source; undefined for one without elements. */
  readonly sources: readonly (Source | undefined)[];
  /** By number: of sources, then of the kernels' results. */
  readonly textures: (KernelTexture | undefined)[];
  /** The textures of the kernels' results, by number. */
  readonly results: ReadonlyMap<number, ArrayTexture>;
  /** All of them, those of the kernels included whose results are put together. */
  readonly own: ArrayTexture[];
}

/** Where an array comes in. */
interface Source {
  readonly texture: ArrayTexture;
  readonly upload: Upload;
}

/** Puts kernels where they are found if one fails. */
function makeSteps(context: GpuContext, plan: Plan, kernels: PooledKernel[]): Made {
  const own: ArrayTexture[] = [];
  const keepTexture = (texture: ArrayTexture): ArrayTexture => {
    own.push(texture);
    return texture;
  };
  const sources = plan.sources.map(({ shape, data, dtype }): Source | undefined => {
    if (shape.includes(0)) return undefined;
    const texture = keepTexture(context.createTexture(shape));
    const upload = makeUpload(context, texture, dtype, sizeOf(shape));
    if (data !== undefined) upload.copy(data);
    return { texture, upload };
  });
  const textures: (KernelTexture | undefined)[] = sources.map((source) => source?.texture);
  const results = new Map<number, ArrayTexture>();
  const steps = plan.kernels.map((step): Step => {
    const given = step.textures.map((texture) => textures[texture]!);
    const kernel = context.kernels.take(step, given);
    kernels.push(kernel);
    const drawn = Array.from({ length: step.outputs }, () => keepTexture(context.createTextureOf(step.output)));
    const whole = step.whole && keepTexture(context.createTexture(step.whole));
    for (const [output, texture] of (whole === undefined ? drawn : [whole]).entries()) {
      textures[step.result + output] = texture;
      results.set(step.result + output, texture);
    }
    return { kernel, from: step.textures, given, drawn, whole };
  });
  return { steps, sources, textures, results, own };
}

function runSteps(context: GpuContext, plan: Plan, graph: Graph, made: Made): Program {
  const { steps, sources, textures, results, own } = made;
  /** For each result a texture that its next run draws on, so that a loop of runs makes none. */
  const spare = new Map<number, ArrayTexture>();
  let ownBytes = own.reduce((sum, texture) => sum + textureBytes(texture), 0);
  for (const source of sources) ownBytes += source?.upload.bytes ?? 0;
  let disposed = false;
  const textureOf = ({ texture }: Place): KernelTexture => textures[texture]!;
  const makeReaders = (): Readers => {
    const numbers = plan.results.flatMap(resultReads).map((node) => plan.places.get(node)!.texture);
    const batch = context.make("run", "reading results", () =>
      makeBatchedReadback(context, numbers, (number) => textures[number]!),
    );
    if (batch !== undefined) {
      own.push(batch.texture);
      ownBytes += textureBytes(batch.texture);
    }
    const readerOf = (node: KernelNode, place: Place): Reader => {
      if (batch?.has(place.texture)) {
        const own = new Float32Array(node.size);
        return (target = own) => batch.take(place, target);
      }
      return makeReader(context, node, place, () => textureOf(place));
    };
    const readers = [...plan.places].map(([node, place]) => [node, readerOf(node, place)] as const);
    return { batch, readers: new Map(readers) };
  };
  let reading: Readers | undefined;
  /** A texture for each result, of which those are made that are not at hand. */
  const makeTargets = (): (ArrayTexture | undefined)[] => {
    const find = (result: HostResult, index: number): ArrayTexture | undefined =>
      result.kind === "array" ? (spare.get(index) ?? context.createTexture(result.node.shape)) : undefined;
    const atHand = plan.results.every(({ kind }, index) => kind !== "array" || spare.has(index));
    const make = () => plan.results.map(find);
    return atHand ? make() : context.make("runOnDevice", "keeping results on the device", make);
  };

  return {
    context,
    compute(values) {
      for (const [slot, value] of values.entries()) {
        const source = sources[slot];
        if (source === undefined) continue;
        if (ArrayBuffer.isView(value)) {
          source.upload.copy(value);
          textures[slot] = source.texture;
        } else {
          textures[slot] = textureIn(context, value);
        }
      }
      for (const { kernel, from, given, drawn, whole } of steps) {
        for (let index = 0; index < from.length; index++) given[index] = textures[from[index]!]!;
        kernel.run(given, drawn);
        if (whole === undefined) continue;
        for (const [part, texture] of drawn.entries()) context.copy(texture, whole, part * texture.size[1]!);
      }
    },
    read(outputs) {
      const { batch, readers } = (reading ??= makeReaders());
      batch?.fetch();
      const arrays = new Map<KernelNode, Float32Array>();
      return plan.results.map((result, index) => {
        const { shape, dtype } = graph.outputs[index]!;
        const output = outputs?.[index] ?? allocate(dtype, sizeOf(shape));
        if (result.kind === "array") {
          const read = readers.get(result.node)!;
          if (output instanceof Float32Array) read(output);
          else convert(read(), output, dtype);
        } else if (result.kind === "scalar") {
          for (const node of result.reads) if (!arrays.has(node)) arrays.set(node, readers.get(node)!());
          output[0] = castNumber(finishScalar(result.node, arrays), dtype);
        }
        return output;
      });
    },
    keep() {
      const targets = makeTargets();
      const exchangedTextures = new Map<number, ArrayTexture>();
      return plan.results.map((result, index) => {
        const target = targets[index];
        if (result.kind !== "array" || target === undefined) return undefined;
        spare.delete(index);
        const { texture } = plan.places.get(result.node)!;
        const drawn = results.get(texture);
        // What was given, or is a result twice, is copied.
        if (drawn !== undefined && !exchangedTextures.has(texture)) {
          exchangedTextures.set(texture, target);
          return exchangeTextures(drawn, target);
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
    get bytes() {
      if (disposed) return 0;
      return [...spare.values()].reduce((sum, texture) => sum + textureBytes(texture), ownBytes);
    },
    get isDisposed() {
      return disposed;
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      // With its context everything was freed.
      if (context.isLost || context.isDestroyed) return;
      context.use(() => {
        for (const { kernel } of steps) kernel.release();
      });
      for (const texture of [...own, ...spare.values()]) context.deleteTexture(texture);
      spare.clear();
    },
  };
}

/** Reads a value, into the array given or else into one of its own. */
type Reader = (target?: Float32Array) => Float32Array;

/** How what the results need comes down. */
interface Readers {
  /** What is fetched before anything is read. */
  readonly batch: BatchedReadback | undefined;
  readonly readers: ReadonlyMap<KernelNode, Reader>;
}

/** A kernel of the plan on the context. */
interface Step {
  readonly kernel: PooledKernel;
  readonly from: readonly number[];
  /** The textures of its arguments, those of the run at hand. */
  readonly given: KernelTexture[];
  /** The textures of its outputs. */
  readonly drawn: readonly ArrayTexture[];
  /** Where they are put together. */
  readonly whole: ArrayTexture | undefined;
}

/** Gives `one` another texture of the same shape, and in `other` that which `one` had. */
function exchangeTextures(one: ArrayTexture, other: ArrayTexture): ArrayTexture {
  [one.texture, other.texture] = [other.texture, one.texture];
  return other;
}

function textureIn(context: GpuContext, value: Exclude<Value, TypedArray>): KernelTexture {
  if (!(value instanceof GpuDeviceArray)) {
    throw new EngineError(
      `run: a value must be a typed array or an array of this engine "gpu", got one of engine "${value.engine.name}" (${value.engine.device}).`,
    );
  }
  return value.textureOn(context);
}
