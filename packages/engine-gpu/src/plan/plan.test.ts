import {
  type Tensor,
  add,
  argmax,
  concat,
  cumsum,
  exp,
  logSoftmax,
  logSumExp,
  mean,
  mul,
  ndarray,
  scan,
  pad,
  slice,
  softmax,
  sort,
  sub,
  sum,
  takeAlongAxis,
  tanh,
  transpose,
  valueAndGrad,
} from "@symloss/core";
import {
  type InputSpec,
  type TypedArray,
  binaryScalar,
  castNumber,
  prepare,
  traceGraph,
  unaryOperations,
  unaryScalar,
} from "@symloss/core/engine";
import { cpu } from "@symloss/engine-cpu";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import { describe, expect, test } from "vitest";
import { finishScalar } from "./host.ts";
import type { Limits, Place } from "../kernel/layout.ts";
import type { KernelNode } from "../kernel/node.ts";
import { outputNames } from "../kernel/print.ts";
import { type Plan, planGraph } from "./plan.ts";
import { gpuTraits } from "../traits.ts";

const limits: Limits = {
  inputs: 15,
  outputs: 8,
  textureSize: 4096,
  elements: 2 ** 24,
  indices: 2 ** 31 - 1,
  packed: true,
};

type Specs = Readonly<Record<string, InputSpec>>;
type Fn = (inputs: never) => unknown;

function graphOf(fn: Fn, specs: Specs) {
  return prepare(traceGraph("test", fn as never, specs), { name: "gpu", traits: gpuTraits });
}

/** Runs the kernels as the JavaScript that they are, thread after thread. */
function runPlan(plan: Plan, inputs: readonly TypedArray[]): number[][] {
  const textures = new Map(plan.sources.map(({ data }, slot) => [slot, { texels: toTexels(data ?? inputs[slot]!) }]));
  // What is drawn on a texture replaces what was on it.
  const places = new Map<number, { texels: Texel[] }>();
  for (const { source, textures: from, drawn: on, output, outputs, result, whole } of plan.kernels) {
    const drawn = Array.from({ length: outputs }, (): Texel[] => []);
    const functions = {
      ...natives,
      ...Object.fromEntries(
        outputNames(outputs).map((name, index) => [name, (...texel: number[]) => drawn[index + 1]!.push(texel)]),
      ),
    };
    // oxlint-disable-next-line no-implied-eval -- Kernel source is JavaScript.
    const kernel = new Function(...Object.keys(functions), `return ${source};`)(...Object.values(functions)) as (
      ...given: unknown[]
    ) => Texel;
    for (let y = 0; y < output[1]; y++) {
      for (let x = 0; x < output[0]; x++) {
        thread = { x, y };
        drawn[0]!.push(kernel(...from.map((texture) => clamped(textures.get(texture)!.texels))));
      }
    }
    if (whole !== undefined) textures.set(result, { texels: drawn.flat() });
    for (const [index, texels] of drawn.entries()) {
      const place = places.get(on[index]!) ?? { texels };
      place.texels = texels;
      places.set(on[index]!, place);
      if (whole === undefined) textures.set(result + index, place);
    }
  }
  const read = (node: KernelNode): Float32Array =>
    fromTexels(textures.get(plan.places.get(node)!.texture)!.texels, plan.places.get(node)!, node.size);
  return plan.results.map((result) => {
    if (result.kind === "empty") return [];
    if (result.kind === "array") return [...read(result.node)];
    return [finishScalar(result.node, new Map(result.reads.map((node) => [node, read(node)])))];
  });
}

type Texel = readonly number[];

function toTexels(elements: TypedArray): Texel[] {
  return Array.from({ length: Math.ceil(elements.length / 4) }, (_, texel) =>
    [0, 1, 2, 3].map((lane) => elements[4 * texel + lane] ?? 0),
  );
}

function fromTexels(texels: readonly Texel[], { channel }: Place, size: number): Float32Array {
  const all = channel === undefined ? texels.flat() : texels.map((texel) => texel[channel]!);
  return Float32Array.from(all.slice(0, size));
}

/** Reads as a texture does: positions beyond the edge read the edge. */
function clamped(texels: readonly Texel[]): unknown {
  return new Proxy(texels, {
    get: (target, index) => target[Math.max(0, Math.min(target.length - 1, Number(index)))],
  });
}

let thread = { x: 0, y: 0 };

const natives = {
  column: () => thread.x,
  row: () => thread.y,
  quotient: (i: number, n: number) => Math.trunc(i / n),
  remainder: (i: number, n: number) => i % n,
  pick: (texel: number[], lane: number) => texel[lane],
  toIndex: (x: number, n: number) => Math.max(0, Math.min(n - 1, Math.round(x))),
  toNumber: (i: number) => i,
  isBelow: (i: number, n: number) => Number(i < n),
  isWithin: (i: number, from: number, to: number) => Number(i >= from && i < to),
  choose: (condition: number, x: number, y: number) => (condition === 0 ? y : x),
  isEqual: binaryScalar.equal,
  isLess: binaryScalar.less,
  isLessOrEqual: binaryScalar.lessEqual,
  chooseEqual: (x: number, y: number, yes: number, no: number) => (x === y ? yes : no),
  chooseLess: (x: number, y: number, yes: number, no: number) => (x < y ? yes : no),
  chooseLessOrEqual: (x: number, y: number, yes: number, no: number) => (x <= y ? yes : no),
  ...Object.fromEntries(unaryOperations.map((operation) => [`${operation}Of`, unaryScalar[operation]])),
  truncated: (x: number) => castNumber(x, "int32"),
  isNotZero: (x: number) => castNumber(x, "bool"),
  infinity: () => Infinity,
  notANumber: () => NaN,
};

/** Expects the plan's results to equal those of engine-cpu. */
async function expectRight(fn: Fn, specs: Specs, within: Limits = limits): Promise<Plan> {
  const graph = graphOf(fn, specs);
  const inputs = graph.inputs.map(({ shape, dtype }, slot) => {
    const size = (shape as number[]).reduce((left, right) => left * right, 1);
    const next = (index: number): number =>
      dtype === "int32" ? (index * 7) % 3 : (((index + slot) * 37) % 101) / 25 - 2;
    return ndarray(
      Array.from({ length: size }, (_, index) => next(index)),
      shape as number[],
      dtype,
    ).data as TypedArray;
  });
  const want = await (await (await cpu()).compile(graph)).run(inputs);
  const plan = planGraph(graph, within, "host");
  for (const [index, got] of runPlan(plan, inputs).entries()) {
    expect(got.length).toBe(want[index]!.length);
    for (const [position, value] of got.entries()) expect(value).toBeCloseTo(want[index]![position]!, 4);
  }
  return plan;
}

const matrix = (rows: number, columns: number): Specs => ({ x: { shape: [rows, columns] } });

describe("a plan", () => {
  test("gives softmax cross entropy, its mean and gradient in three kernels", async () => {
    const loss = valueAndGrad((logits: Tensor, labels: Tensor) =>
      sparseSoftmaxCrossentropyLogits(labels, logits).mean(),
    );
    const plan = await expectRight(({ x, labels }: { x: Tensor; labels: Tensor }) => loss(x, labels), {
      ...matrix(1100, 4),
      labels: { shape: [1100], dtype: "int32" },
    });
    expect(plan.kernels.length).toBe(3);
  });

  test("gives a chain of elementwise operations in one kernel", async () => {
    const plan = await expectRight(({ x }: { x: Tensor }) => exp(x.mul(2).add(1).tanh().sub(x)).abs(), matrix(5, 7));
    expect(plan.kernels.length).toBe(1);
  });

  test("sorts and sums long rows in steps that share a kernel, and draws them on few textures", async () => {
    const steps = ({ x }: { x: Tensor }) => [
      sort(x.square(), { descending: true }),
      cumsum(x.neg(), { reverse: true }),
    ];
    const plan = await expectRight(steps, matrix(2, 100));
    expect(plan.kernels.length).toBeGreaterThan(30);
    expect(new Set(plan.kernels.map(({ source }) => source)).size).toBeLessThan(9);
    expect(new Set(plan.kernels.flatMap(({ drawn }) => drawn)).size).toBeLessThan(9);
  });

  test("cuts a chain in which the ways to what is read multiply", async () => {
    const doubled = ({ x }: { x: Tensor }) => {
      let sums = x.tanh();
      for (let by = 1; by < 512; by *= 2) sums = sums.add(pad(slice(sums, [0], [512 - by]), [by], [0]));
      return sums;
    };
    const plan = await expectRight(doubled, { x: { shape: [512] } });
    for (const { source } of plan.kernels) expect(source.length).toBeLessThan(40_000);
  });

  test.each([
    [8, [3]],
    [2, [2, 1]],
    [1, [1, 1, 1]],
  ])("gives values of one shape that share their reads in one kernel, of %i outputs at most", async (outputs, want) => {
    const steps = ({ x, y }: { x: Tensor; y: Tensor }) => {
      const difference = x.sub(y).tanh();
      const product = difference.mul(x);
      return [product, difference.mul(y), product.neg()];
    };
    const plan = await expectRight(steps, { x: { shape: [6, 64] }, y: { shape: [6, 64] } }, { ...limits, outputs });
    expect(plan.kernels.map((kernel) => kernel.outputs)).toEqual(want);
  });

  test("computes one element a thread where it is not to be packed, but for the device", async () => {
    const steps = ({ x, y }: { x: Tensor; y: Tensor }) => [softmax(x, 1), x.matmul(y), sum(x, 0), x.mul(2)];
    const specs = { x: { shape: [60, 64] }, y: { shape: [64, 60] } };
    const unpacked = { ...limits, packed: false };
    const plan = await expectRight(steps, specs, unpacked);
    for (const { output, outputs } of plan.kernels) {
      expect(outputs).toBe(1);
      expect([60 * 64, 60 * 60, 64, 60]).toContain(output[0] * output[1]);
    }
    const onDevice = planGraph(graphOf(steps, specs), unpacked, "device");
    expect(onDevice.kernels.map(({ output }) => output[0] * output[1])).toContain((60 * 64) / 4);
  });

  test("keeps values apart that share nothing", async () => {
    const steps = ({ x, y }: { x: Tensor; y: Tensor }) => [exp(x), exp(y)];
    const plan = await expectRight(steps, { x: { shape: [6, 64] }, y: { shape: [6, 64] } });
    expect(plan.kernels.map(({ outputs }) => outputs)).toEqual([1, 1]);
  });

  test("shares what a kernel reads among as few outputs as one kernel can fill and read", async () => {
    const specs = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`x${index}`, { shape: [6, 64] }]));
    const sums = (inputs: Record<string, Tensor>) =>
      Object.values(inputs).map((x, index, all) => x.mul(all[(index + 1) % all.length]!));
    for (const [inputs, outputs] of [
      [15, 8],
      [7, 4],
    ] as const) {
      const plan = await expectRight(sums as Fn, specs, { ...limits, inputs, outputs });
      for (const kernel of plan.kernels) {
        expect(kernel.textures.length).toBeLessThanOrEqual(inputs);
        expect(kernel.outputs).toBeLessThanOrEqual(outputs);
      }
      expect(plan.kernels.length).toBeLessThan(12);
    }
  });

  test.each([
    [8, 4],
    [3, 1],
  ])(
    "computes a large product in parts that share its operands, where a kernel has %i outputs",
    async (outputs, want) => {
      const product = ({ x, y }: { x: Tensor; y: Tensor }) => x.matmul(y);
      const specs = { x: { shape: [256, 12] }, y: { shape: [12, 256] } };
      const plan = await expectRight(product, specs, { ...limits, outputs });
      expect(plan.kernels.map((kernel) => kernel.outputs)).toEqual([want]);
    },
  );

  test.each([
    [3, 5],
    [1, 4099],
    [4099, 1],
    [7, 1300],
    [1300, 7],
    [5, 520],
    [6, 1301],
  ])("reduces %i x %i in every direction", async (rows, columns) => {
    const reductions = ({ x }: { x: Tensor }) => [sum(x), sum(x, 0), sum(x, 1), x.max(0), x.max(1), argmax(x, 1)];
    const plan = await expectRight(reductions, matrix(rows, columns));
    expect(plan.kernels.length).toBeLessThanOrEqual(10);
  });

  test("takes two texels a turn where a loop is long", async () => {
    const plan = await expectRight(({ x }: { x: Tensor }) => softmax(x, 1).max(1), matrix(5, 520));
    expect(plan.kernels[0]!.source).toMatch(/ < 65;/);
  });

  test("reads rows once for all that is summed of them", async () => {
    const sums = ({ x }: { x: Tensor }) => {
      const rest = sum(x.mul(x), 1).add(sum(exp(x), 1));
      return rest.add(x.max(1)).add(sum(exp(x).mul(x), 1));
    };
    const plan = await expectRight(sums, matrix(8, 12));
    expect(plan.kernels.length).toBe(1);
    const { source } = plan.kernels[0]!;
    expect(source.match(/for \(/g)).toHaveLength(1);
    expect(source.match(/exp\(/g)).toHaveLength(source.match(/ = a0\[/g)!.length * 4);
  });

  test("uses a reduction again in the loop of another", async () => {
    const nested = ({ x }: { x: Tensor }) => [softmax(x, 0), softmax(x, 1), mean(softmax(x, 1).mul(x), 0)];
    const plan = await expectRight(nested, matrix(9, 13));
    expect(plan.kernels.length).toBeLessThanOrEqual(6);
  });

  test("multiplies matrices that no texel divides", async () => {
    const product = ({ x, y }: { x: Tensor; y: Tensor }) => x.matmul(transpose(y));
    const plan = await expectRight(product, { x: { shape: [5, 7] }, y: { shape: [6, 7] } });
    expect(plan.kernels.length).toBe(1);
  });

  test("moves, joins and gathers by indices alone, without a kernel for each", async () => {
    const plan = await expectRight(
      ({ x, i }: { x: Tensor; i: Tensor }) => takeAlongAxis(concat([transpose(x), x.reshape([4, 3]).mul(2)], 0), i, 0),
      { x: { shape: [3, 4] }, i: { shape: [5, 3], dtype: "int32" } },
    );
    expect(plan.kernels.length).toBe(1);
  });

  test("splits where a kernel would read more arrays than there are texture units", async () => {
    const specs = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`x${index}`, { shape: [6] }]));
    const total = (inputs: Record<string, Tensor>) =>
      Object.values(inputs).reduce((left, right) => left.mul(0.5).add(right));
    for (const inputs of [7, 15]) {
      const plan = await expectRight(total as Fn, specs, { ...limits, inputs });
      expect(plan.kernels.length).toBeGreaterThan(1);
      for (const { textures } of plan.kernels) expect(textures.length).toBeLessThanOrEqual(inputs);
    }
  });

  describe.each([7, 15])("for kernels that read %i arrays at most", (inputs) => {
    const arrays = (count: number): Specs =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`x${index}`, { shape: [8, 5] }]));

    test.each<[string, (xs: readonly Tensor[]) => unknown]>([
      [
        "sums of rows that one kernel could loop over",
        (xs) =>
          xs.map((x, index) => sum(x.mul(xs[(index + 7) % xs.length]!), 1)).reduce((left, right) => left.add(right)),
      ],
      [
        "a result that another is made of, along with its own operands",
        (xs) => {
          const product = xs[0]!.mul(xs[1]!);
          return [product, xs.slice(0, inputs).reduce((left, right) => left.mul(0.5).add(right), product)];
        },
      ],
      ["arrays put together", (xs) => concat(xs, 0)],
    ])("splits %s", async (_, fn) => {
      const steps = (given: Readonly<Record<string, Tensor>>) => fn(Object.values(given));
      const plan = await expectRight(steps as Fn, arrays(18), { ...limits, inputs, outputs: 1 });
      for (const { textures } of plan.kernels) expect(textures.length).toBeLessThanOrEqual(inputs);
    });
  });

  test("has four elements to a texel where the texels would not do for one each", async () => {
    const side = 64;
    const within = { ...limits, textureSize: side, elements: 4 * side ** 2 };
    const product = ({ x, y }: { x: Tensor; y: Tensor }) => x.matmul(y);
    const plan = await expectRight(product, { x: { shape: [100, 7] }, y: { shape: [7, 100] } }, within);
    for (const { output } of plan.kernels) expect(Math.max(...output)).toBeLessThanOrEqual(side);
  });

  test("splits a formula that is too long for one kernel", async () => {
    const long = ({ x }: { x: Tensor }) =>
      Array.from({ length: 400 }).reduce<Tensor>((y) => y.mul(0.9).add(x).maximum(-3), x);
    const plan = await expectRight(long, matrix(2, 3));
    expect(plan.kernels.length).toBeGreaterThan(3);
  });

  test("has literal loops alone, of a few thousand turns at most", () => {
    const plan = planGraph(
      graphOf(({ x }: { x: Tensor }) => [softmax(x, 1), sum(x)], matrix(5, 100_000)),
      limits,
      "device",
    );
    const loops = plan.kernels.flatMap(({ source }) => [
      ...source.matchAll(/for \(let (\w+) = 0; \1 < (\d+); \1\+\+\)/g),
    ]);
    expect(loops.length).toBe(plan.kernels.flatMap(({ source }) => source.match(/for \(/g) ?? []).length);
    for (const [, , turns] of loops) expect(Number(turns)).toBeLessThanOrEqual(4096);
  });

  test("leaves a scalar to the host in parts, and to the device whole", () => {
    const graph = graphOf(({ x }: { x: Tensor }) => mean(exp(x)), matrix(1000, 1000));
    const [onHost] = planGraph(graph, limits, "host").results;
    expect(onHost).toMatchObject({ kind: "scalar" });
    const [onDevice] = planGraph(graph, limits, "device").results;
    expect(onDevice).toMatchObject({ kind: "array", node: { size: 1 } });
  });

  test("counts no further than integers of the shader reach: axes are reduced one after the other", async () => {
    const within = { ...limits, indices: 5000 };
    const specs = { x: { shape: [70, 1] }, y: { shape: [1, 90] } };
    const outer = ({ x, y }: { x: Tensor; y: Tensor }) => [
      sum(x.mul(y)),
      x.sub(y).max(),
      sum(x.mul(y).reshape([2, 35, 90])),
    ];
    for (const packed of [true, false]) await expectRight(outer, specs, { ...within, packed });
    const flat = graphOf(({ x, y }: { x: Tensor; y: Tensor }) => sum(x.mul(y).reshape([-1])), specs);
    for (const destination of ["host", "device"] as const) {
      expect(() => planGraph(flat, within, destination)).toThrow(
        /^compile: a kernel must index at most 5000 elements on this device, got \d+\. Reduce one axis/,
      );
    }
  });

  test("leaves out what cancels of sure answers", async () => {
    const sure = (x: Tensor): Tensor => sum(softmax(x, 1).mul(x), 1);
    const derivatives = ({ x }: { x: Tensor }) => {
      const [value, gradient] = valueAndGrad((t: Tensor) => sum(sure(t)))(x);
      return [value, gradient, softmax(x, 0).sub(1), sub(x, softmax(x, 1)), add(softmax(x, 1), x), sub(1, tanh(x))];
    };
    await expectRight(derivatives, matrix(7, 13));
    const logSums = ({ x }: { x: Tensor }) => [
      x.sub(logSumExp(x, { axis: 1, keepAxes: true })),
      logSumExp(x, 0).sub(logSumExp(x.neg(), 0)),
      x.softplus().sub(x),
      x.sub(x.neg().softplus()),
    ];
    await expectRight(logSums, matrix(7, 13));
    const plan = await expectRight(({ x }: { x: Tensor }) => logSoftmax(x, 1), matrix(7, 13));
    expect(plan.kernels.map(({ source }) => source).join("\n")).toMatch(/log1pOf/);
  });

  test("is refused for an array that no texture holds", () => {
    const graph = graphOf(({ x }: { x: Tensor }) => exp(x), matrix(2 ** 13, 2 ** 12));
    expect(() => planGraph(graph, limits, "host")).toThrow(
      "compile: an array must have at most 16777216 elements on this device, got 33554432.",
    );
  });
});

test.each([false, true])("the steps of a scan, in reverse: %s, are right, and the same kernels", async (reverse) => {
  const recurrence = ({ x, w }: Readonly<Record<string, Tensor>>) =>
    valueAndGrad(
      (y: Tensor) => {
        // What is summed in a step has to be there before the next.
        const step = (carry: Tensor, row: Tensor): [Tensor, Tensor] => [tanh(add(mul(carry, w!), sum(row))), carry];
        const [last, all] = scan(step, sum(y, 0), exp(y), { reverse });
        return add(sum(last), sum(mul(all, mean(all))));
      },
      { wrt: 0 },
    )(x!);
  const kernelsOf = async (length: number): Promise<readonly string[]> => {
    const { kernels } = await expectRight(recurrence, { x: { shape: [length, 6] }, w: { shape: [6] } });
    return kernels.map(({ source }) => source);
  };
  const [short, long] = [await kernelsOf(8), await kernelsOf(18)];
  expect(long.length - short.length).toBeGreaterThan(10);
  expect(new Set(long).size - new Set(short).size).toBeLessThan(8);
});
