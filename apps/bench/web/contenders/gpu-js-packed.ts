/** How fast are hand-written kernels for gpu.js, with four elements to a texel? Each is for one workload and its sizes. */
import { GPU } from "gpu.js";
import { type Contender, type Run, accumulated } from "../../src/contenders/contender.ts";
import type { Residence } from "../../src/contenders/residence.ts";
import { loseContext, variantOf } from "./device-run.ts";

/** The best kernels by hand for gpu.js, with arrays that are uploaded in each run, or stay on the device; results are read in either. */
export function packedContender(where: readonly Residence[]): Contender {
  const context = openContext();
  return {
    name: "gpu-js-packed",
    kind: "by hand",
    device: "gpu.js, webgl2, four elements to a texel",
    tolerance: accumulated,
    enter: ({ name, inputs }) => {
      const kernels = workloads[name];
      if (kernels === undefined) return { reason: "no packed kernels were written by hand for this" };
      const { multipleOf } = kernels;
      if (inputs[0]!.shape[0]! % multipleOf !== 0) return { reason: `its kernels take ${multipleOf} at a time` };
      return where.map((residence) => ({
        ...variantOf(residence),
        prepare: () => kernels.make(new PackedGpu(context, residence), ...inputs.map(({ data }) => data)),
      }));
    },
    dispose: () => loseContext(context.gl),
  };
}

interface Texture {
  readonly texture: WebGLTexture;
  readonly size: ArrayLike<number>;
}

/** A texture that shows how gpu.js wraps one. */
interface Seed extends Texture {
  readonly kernel: unknown;
}

type Kernel = (...textures: Texture[]) => Texture;

const settings = {
  precision: "single",
  tactic: "precision",
  fixIntegerDivisionAccuracy: false,
  pipeline: true,
  immutable: false,
};

type Arrays = readonly (Float32Array | Int32Array)[];

/** Kernels for a workload. */
interface PackedKernels {
  /** The rows, or elements of flat inputs, are a multiple of this. */
  readonly multipleOf: number;
  readonly make: (gpu: PackedGpu, ...inputs: Arrays) => Run;
}

/** By the name of the workload. */
const workloads: Readonly<Record<string, PackedKernels>> = {
  W1: { multipleOf: 4096, make: huber },
  W2: { multipleOf: 16_384, make: huberMean },
  W3: { multipleOf: 4, make: sparseCrossEntropy },
  G3: { multipleOf: 4, make: matrixProduct },
};

/** The one context of the contender: a worker has no more than four at a time. */
interface Context {
  readonly gl: WebGL2RenderingContext;
  readonly gpuJs: GPU;
  readonly framebuffer: WebGLFramebuffer;
  readonly seed: Seed;
}

/** Throws if WebGL 2 is not available. */
function openContext(): Context {
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2", { alpha: false, depth: false, antialias: false });
  if (gl === null) throw new Error("packedContender: the page must have WebGL 2, got none.");
  // gpu.js resizes its canvas after every kernel; it only draws to textures.
  const gpuJs = new GPU({ canvas: { width: 1, height: 1 }, context: gl } as never);
  const seed = createKernel(gpuJs, "function() { return [1, 2, 3, 4]; }", [1, 2]) as unknown as () => Seed;
  return { gl, gpuJs, framebuffer: gl.createFramebuffer(), seed: seed() };
}

function createKernel(gpuJs: GPU, source: string, output: readonly number[], functions: readonly unknown[] = []) {
  return gpuJs.createKernel(source, { ...settings, output: [...output], functions } as never);
}

/** What the kernels of a run are built with. */
class PackedGpu {
  readonly #context: Context;
  readonly #residence: Residence;
  readonly #frees: (() => void)[] = [];

  constructor(context: Context, residence: Residence) {
    this.#context = context;
    this.#residence = residence;
  }

  makeKernel(source: string, output: readonly number[], functions?: readonly unknown[]): Kernel {
    const kernel = createKernel(this.#context.gpuJs, source, output, functions);
    this.#frees.push(() => kernel.destroy());
    return kernel as unknown as Kernel;
  }

  makeTexture(width: number, height: number): Texture {
    const { gl, seed } = this.#context;
    const texture = gl.createTexture();
    this.#frees.push(() => gl.deleteTexture(texture));
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32F, width, height);
    const wrap = seed.constructor as new (fields: Record<string, unknown>) => Texture;
    return new wrap({
      texture,
      size: new Int32Array([width, height]),
      dimensions: new Int32Array([width, height, 1]),
      output: [width, height],
      context: gl,
      kernel: seed.kernel,
      internalFormat: gl.RGBA32F,
      textureFormat: gl.RGBA,
    });
  }

  #fill({ texture, size }: Texture, elements: Float32Array): void {
    const { gl } = this.#context;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, size[0]!, size[1]!, gl.RGBA, gl.FLOAT, elements);
  }

  #readInto({ texture, size }: Texture, elements: Float32Array): void {
    const { gl, framebuffer } = this.#context;
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    gl.readPixels(0, 0, size[0]!, size[1]!, gl.RGBA, gl.FLOAT, elements);
    if (gl.isContextLost()) throw new Error("packedContender: the context was lost.");
  }

  /** Reads a kernel's result into an array; a kernel that returns numbers has one to a texel, which not every driver can read by itself. */
  makeReader(texelCount: number, isPacked: boolean): (result: Texture, elements: Float32Array) => void {
    const texels = new Float32Array(isPacked ? 0 : 4 * texelCount);
    return (result, elements) => {
      this.#readInto(result, isPacked ? elements : texels);
      if (!isPacked) for (let index = 0; index < elements.length; index++) elements[index] = texels[4 * index]!;
    };
  }

  makeRun(
    arrays: readonly (readonly [texture: Texture, elements: Float32Array])[],
    size: number,
    compute: (result: Float32Array) => void,
    prepare: () => void = () => {},
  ): Run {
    const result = new Float32Array(size);
    const upload = (): void => {
      prepare();
      for (const [texture, elements] of arrays) this.#fill(texture, elements);
    };
    upload();
    return {
      run: () => {
        if (this.#residence === "into") upload();
        compute(result);
      },
      outputs: () => {
        compute(result);
        return [result];
      },
      dispose: () => {
        for (const free of this.#frees) free();
      },
    };
  }
}

const huberFunction = {
  source: "function huber(y, p) { const d = Math.abs(y - p); return d <= 1 ? 0.5 * d * d : d - 0.5; }",
  settings: { argumentTypes: { y: "Number", p: "Number" }, returnType: "Number" },
};

/** The elementwise loss of two arrays whose length is divisible by 4096. */
function huber(gpu: PackedGpu, ...pair: Arrays): Run {
  const [targets, predictions] = pair as [Float32Array, Float32Array];
  const shape = [1024, targets.length / 4096] as const;
  const [y, p] = [gpu.makeTexture(...shape), gpu.makeTexture(...shape)];
  const kernel = gpu.makeKernel(
    `function(y, p) {
      const a = y[this.thread.y][this.thread.x];
      const b = p[this.thread.y][this.thread.x];
      return [huber(a[0], b[0]), huber(a[1], b[1]), huber(a[2], b[2]), huber(a[3], b[3])];
    }`,
    shape,
    [huberFunction],
  );
  const read = gpu.makeReader(targets.length / 4, true);
  return gpu.makeRun(
    [
      [y, targets],
      [p, predictions],
    ],
    targets.length,
    (losses) => read(kernel(y, p), losses),
  );
}

/** Its mean: parts of 64 texels, added up by the host in float64. */
function huberMean(gpu: PackedGpu, ...pair: Arrays): Run {
  const [targets, predictions] = pair as [Float32Array, Float32Array];
  const shape = [1024, targets.length / 4096] as const;
  const [y, p] = [gpu.makeTexture(...shape), gpu.makeTexture(...shape)];
  const partSums = (length: number): Kernel =>
    gpu.makeKernel(
      `function(x) { let s = 0; for (let i = 0; i < 64; i++) { s += x[this.thread.x * 64 + i]; } return s; }`,
      [length / 64],
    );
  const parts = targets.length / 256;
  const kernel = gpu.makeKernel(
    `function(y, p) {
      let s = 0;
      for (let i = 0; i < 64; i++) {
        const a = y[this.thread.x * 64 + i];
        const b = p[this.thread.x * 64 + i];
        s += (huber(a[0], b[0]) + huber(a[1], b[1])) + (huber(a[2], b[2]) + huber(a[3], b[3]));
      }
      return s;
    }`,
    [parts],
    [huberFunction],
  );
  const again = parts > 2048 ? partSums(parts) : undefined;
  const sums = new Float32Array(again === undefined ? parts : parts / 64);
  const side = Math.ceil(Math.sqrt(sums.length));
  const read = gpu.makeReader(side * Math.ceil(sums.length / side), false);
  return gpu.makeRun(
    [
      [y, targets],
      [p, predictions],
    ],
    1,
    (result) => {
      const first = kernel(y, p);
      read(again === undefined ? first : again(first), sums);
      let total = 0;
      for (const sum of sums) total += sum;
      result[0] = total / targets.length;
    },
  );
}

/** A loss for each row of logits, whose length is divisible by 4. */
function sparseCrossEntropy(gpu: PackedGpu, ...given: Arrays): Run {
  const [labels, logits] = given as [Int32Array, Float32Array];
  const rows = labels.length;
  const texels = logits.length / rows / 4;
  const [x, y] = [gpu.makeTexture(texels, rows), gpu.makeTexture(rows / 4, 1)];
  const kernel = gpu.makeKernel(
    `function(x, labels) {
      let m = -3.4e38;
      for (let i = 0; i < ${texels}; i++) {
        const q = x[this.thread.x][i];
        m = Math.max(m, Math.max(Math.max(q[0], q[1]), Math.max(q[2], q[3])));
      }
      let s = 0;
      for (let i = 0; i < ${texels}; i++) {
        const q = x[this.thread.x][i];
        s += (Math.exp(q[0] - m) + Math.exp(q[1] - m)) + (Math.exp(q[2] - m) + Math.exp(q[3] - m));
      }
      const four = labels[Math.floor((this.thread.x + 0.5) * 0.25)];
      const lane = this.thread.x - 4 * Math.floor((this.thread.x + 0.5) * 0.25);
      const label = lane < 0.5 ? four[0] : lane < 1.5 ? four[1] : lane < 2.5 ? four[2] : four[3];
      const column = Math.floor((label + 0.5) * 0.25);
      const q = x[this.thread.x][column];
      const c = label - 4 * column;
      const z = c < 0.5 ? q[0] : c < 1.5 ? q[1] : c < 2.5 ? q[2] : q[3];
      return Math.log(s) + (m - z);
    }`,
    [rows],
  );
  const floats = new Float32Array(rows);
  const read = gpu.makeReader(rows, false);
  return gpu.makeRun(
    [
      [x, logits],
      [y, floats],
    ],
    rows,
    (losses) => read(kernel(x, y), losses),
    () => floats.set(labels),
  );
}

/** The product of a matrix with a square one; the sides of both are divisible by 4. */
function matrixProduct(gpu: PackedGpu, ...pair: Arrays): Run {
  const [left, right] = pair as [Float32Array, Float32Array];
  const side = Math.sqrt(right.length);
  const rows = left.length / side;
  const [x, y] = [gpu.makeTexture(side / 4, rows), gpu.makeTexture(side / 4, side)];
  const lane = (at: number): string => `a[0] * p[${at}] + a[1] * q[${at}] + a[2] * r[${at}] + a[3] * s[${at}]`;
  const kernel = gpu.makeKernel(
    `function(x, y) {
      let c0 = 0; let c1 = 0; let c2 = 0; let c3 = 0;
      for (let k = 0; k < ${side / 4}; k++) {
        const a = x[this.thread.y][k];
        const p = y[k * 4][this.thread.x];
        const q = y[k * 4 + 1][this.thread.x];
        const r = y[k * 4 + 2][this.thread.x];
        const s = y[k * 4 + 3][this.thread.x];
        c0 += ${lane(0)};
        c1 += ${lane(1)};
        c2 += ${lane(2)};
        c3 += ${lane(3)};
      }
      return [c0, c1, c2, c3];
    }`,
    [side / 4, rows],
  );
  const read = gpu.makeReader((side * rows) / 4, true);
  return gpu.makeRun(
    [
      [x, left],
      [y, right],
    ],
    side * rows,
    (product) => read(kernel(x, y), product),
  );
}
