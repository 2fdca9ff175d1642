/** How does a plan run? Its kernels and textures are created once; a run uploads, computes and reads back. */
import {
  EngineError,
  type Graph,
  type TypedArray,
  type Value,
  allocate,
  castNumber,
  sizeOf,
} from "@symloss/core/engine";
import { type BatchedReadback, makeBatchedReadback } from "./device/batched-readback.ts";
import type { ArrayTexture, GpuContext } from "./device/context.ts";
import { GpuDeviceArray } from "./device/device-array.ts";
import type { KernelTexture } from "./device/gpu-js.ts";
import type { PooledKernel } from "./device/kernel-pool.ts";
import type { Holder } from "./device/program-store.ts";
import { type Upload, convert, makeReader, makeUpload } from "./device/transfer.ts";
import { textureBytes } from "./kernel/layout.ts";
import type { KernelNode } from "./kernel/node.ts";
import { finishScalar, resultReads } from "./plan/host.ts";
import type { KernelStep, Plan } from "./plan/plan.ts";

/** Creates the kernels and textures of a plan. Throws `EngineError` if WebGL refuses one, after freeing those it has created. */
export function makeProgram(context: GpuContext, plan: Plan, graph: Graph): Program {
  const kernels: PooledKernel[] = [];
  try {
    const made = context.make("compile", "compiling kernels", () => makeSteps(context, plan, kernels));
    return new Program(context, plan, graph, made);
  } catch (error) {
    if (!context.isLost) for (const kernel of kernels) kernel.release();
    throw context.failure("compile", error);
  }
}

/** The parts of a program. */
interface Made {
  readonly steps: readonly Step[];
  /** One for each source; undefined for a source without elements. */
  readonly sources: readonly (Source | undefined)[];
  /** By number: the sources, then the kernels' results. */
  readonly textures: (KernelTexture | undefined)[];
  /** The textures of the kernels' results, by number. */
  readonly results: ReadonlyMap<number, ArrayTexture>;
  /** All textures, including those of kernels whose results are joined. */
  readonly own: ArrayTexture[];
}

/** How an input is uploaded. */
interface Source {
  readonly texture: ArrayTexture;
  readonly upload: Upload;
}

/** A kernel of the plan on the context. */
interface Step {
  readonly kernel: PooledKernel;
  readonly from: readonly number[];
  /** The textures of its arguments in the current run. */
  readonly given: KernelTexture[];
  /** The textures of its outputs. */
  readonly drawn: readonly ArrayTexture[];
  /** The texture they are joined in. */
  readonly whole: ArrayTexture | undefined;
}

/** Adds the kernels to a list as they are created, so that they can be freed if one fails. */
function makeSteps(context: GpuContext, plan: Plan, kernels: PooledKernel[]): Made {
  const own: ArrayTexture[] = [];
  const sources = plan.sources.map((source) => makeSource(context, source));
  for (const source of sources) if (source !== undefined) own.push(source.texture);
  const textures: (KernelTexture | undefined)[] = sources.map((source) => source?.texture);
  const results = new Map<number, ArrayTexture>();
  const drawnOn = new Map<number, ArrayTexture>();
  const steps = plan.kernels.map((kernelStep) => {
    for (const number of kernelStep.drawn) {
      if (drawnOn.has(number)) continue;
      const texture = context.createTextureOf(kernelStep.output);
      drawnOn.set(number, texture);
      own.push(texture);
    }
    const drawn = kernelStep.drawn.map((number) => drawnOn.get(number)!);
    const step = makeStep(context, kernelStep, drawn, textures, kernels);
    if (step.whole !== undefined) own.push(step.whole);
    for (const [output, texture] of (step.whole === undefined ? step.drawn : [step.whole]).entries()) {
      textures[kernelStep.result + output] = texture;
      results.set(kernelStep.result + output, texture);
    }
    return step;
  });
  return { steps, sources, textures, results, own };
}

function makeSource(context: GpuContext, { shape, data, dtype }: Plan["sources"][number]): Source | undefined {
  if (shape.includes(0)) return undefined;
  const texture = context.createTexture(shape);
  const upload = makeUpload(context, texture, dtype, sizeOf(shape));
  if (data !== undefined) upload.copy(data);
  return { texture, upload };
}

function makeStep(
  context: GpuContext,
  step: KernelStep,
  drawn: readonly ArrayTexture[],
  textures: readonly (KernelTexture | undefined)[],
  kernels: PooledKernel[],
): Step {
  const given = step.textures.map((texture) => textures[texture]!);
  const kernel = context.kernels.take(step, given);
  kernels.push(kernel);
  const whole = step.whole && context.createTexture(step.whole);
  return { kernel, from: step.textures, given, drawn, whole };
}

/** Reads a node into the given array, or into one of its own. */
type Reader = (target?: Float32Array) => Float32Array;

/** How the nodes that the results need are read back. */
interface Readers {
  /** The batch that is read back before anything else. */
  readonly batch: BatchedReadback | undefined;
  readonly readers: ReadonlyMap<KernelNode, Reader>;
}

/** A plan on a context. */
export class Program implements Holder {
  readonly context: GpuContext;
  readonly #plan: Plan;
  readonly #graph: Graph;
  readonly #made: Made;
  /** For each result a texture that its next run renders to, so that a loop of runs allocates none. */
  readonly #spare = new Map<number, ArrayTexture>();
  #readers: Readers | undefined;
  #ownBytes: number;
  #disposed = false;

  constructor(context: GpuContext, plan: Plan, graph: Graph, made: Made) {
    this.context = context;
    this.#plan = plan;
    this.#graph = graph;
    this.#made = made;
    this.#ownBytes = made.own.reduce((sum, texture) => sum + textureBytes(texture), 0);
    for (const source of made.sources) this.#ownBytes += source?.upload.bytes ?? 0;
  }

  /** Bytes of its textures and its staging arrays. */
  get bytes(): number {
    if (this.#disposed) return 0;
    return [...this.#spare.values()].reduce((sum, texture) => sum + textureBytes(texture), this.#ownBytes);
  }

  /** Whether its textures were freed; it does not run any more. */
  get isDisposed(): boolean {
    return this.#disposed;
  }

  /** Uploads the inputs and computes. */
  compute(values: readonly Value[]): void {
    const { steps, textures } = this.#made;
    for (const [slot, value] of values.entries()) this.#take(slot, value);
    for (const { kernel, from, given, drawn, whole } of steps) {
      for (let index = 0; index < from.length; index++) given[index] = textures[from[index]!]!;
      kernel.run(given, drawn);
      if (whole === undefined) continue;
      for (const [part, texture] of drawn.entries()) this.context.copy(texture, whole, part * texture.size[1]!);
    }
  }

  #take(slot: number, value: Value): void {
    const { sources, textures } = this.#made;
    const source = sources[slot];
    if (source === undefined) return;
    if (ArrayBuffer.isView(value)) {
      source.upload.copy(value);
      textures[slot] = source.texture;
    } else {
      textures[slot] = textureIn(this.context, value);
    }
  }

  /** The results of the last `compute`, in the given arrays, or in new ones. */
  read(outputs?: readonly TypedArray[]): TypedArray[] {
    const { batch, readers } = (this.#readers ??= this.#makeReaders());
    batch?.fetch();
    const arrays = new Map<KernelNode, Float32Array>();
    return this.#plan.results.map((result, index) => {
      const { shape, dtype } = this.#graph.outputs[index]!;
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
  }

  #makeReaders(): Readers {
    const { context } = this;
    const { results, places } = this.#plan;
    const { textures, own } = this.#made;
    const numbers = results.flatMap(resultReads).map((node) => places.get(node)!.texture);
    const batch = context.make("run", "reading results", () =>
      makeBatchedReadback(context, numbers, (number) => textures[number]!),
    );
    if (batch !== undefined) {
      own.push(batch.texture);
      this.#ownBytes += textureBytes(batch.texture);
    }
    const readers = [...places].map(([node, place]): [KernelNode, Reader] => {
      if (!batch?.has(place.texture)) return [node, makeReader(context, node, place, () => textures[place.texture]!)];
      const array = new Float32Array(node.size);
      return [node, (target = array) => batch.take(place, target)];
    });
    return { batch, readers: new Map(readers) };
  }

  /** The results of the last `compute`, each in a texture of its own; undefined for a result without elements. */
  keep(): (ArrayTexture | undefined)[] {
    const { textures, results } = this.#made;
    const targets = this.#makeTargets();
    const exchanged = new Map<number, ArrayTexture>();
    return this.#plan.results.map((result, index) => {
      const target = targets[index];
      if (result.kind !== "array" || target === undefined) return undefined;
      this.#spare.delete(index);
      const { texture } = this.#plan.places.get(result.node)!;
      const drawn = results.get(texture);
      // An input returned as a result, or the same result twice, is copied.
      if (drawn !== undefined && !exchanged.has(texture)) {
        exchanged.set(texture, target);
        return exchangeTextures(drawn, target);
      }
      this.context.copy(exchanged.get(texture) ?? textures[texture]!, target);
      return target;
    });
  }

  /** A texture for each result, allocated only if none is at hand. */
  #makeTargets(): (ArrayTexture | undefined)[] {
    const { results } = this.#plan;
    const make = (): (ArrayTexture | undefined)[] =>
      results.map((result, index) =>
        result.kind === "array" ? (this.#spare.get(index) ?? this.context.createTexture(result.node.shape)) : undefined,
      );
    const atHand = results.every(({ kind }, index) => kind !== "array" || this.#spare.has(index));
    return atHand ? make() : this.context.make("runOnDevice", "keeping results on the device", make);
  }

  /** Takes back a texture that `keep` returned for a result: it is used for the next run, or freed. */
  release(result: number, texture: ArrayTexture): void {
    if (this.context.isLost) return;
    if (this.#disposed || this.#spare.has(result)) this.context.deleteTexture(texture);
    else this.#spare.set(result, texture);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // Everything was freed with its context.
    if (this.context.isLost || this.context.isDestroyed) return;
    this.context.use(() => {
      for (const { kernel } of this.#made.steps) kernel.release();
    });
    for (const texture of [...this.#made.own, ...this.#spare.values()]) this.context.deleteTexture(texture);
    this.#spare.clear();
  }
}

/** Gives `one` another texture of the same shape, and gives its old texture to `other`. */
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
