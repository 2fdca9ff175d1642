/** Are generated programs right where they don't use JavaScript's own functions, and do they leave nothing behind? */
import { type Tensor, compile, exp, grad, log, softplus, tanh, valueAndGrad, variance, where } from "@symloss/core";
import { type Engine, prepare, traceGraph } from "@symloss/core/engine";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeAll, describe, expect, test } from "vitest";
import { cpu } from "../index.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await cpu({ mode: "codegen" });
});

const special = [0, -0, 1, -1, Infinity, -Infinity, NaN];

async function applied(
  fn: (x: Tensor) => Tensor,
  values: ArrayLike<number>,
  dtype: "float32" | "float64",
): Promise<number[]> {
  const graph = prepare(
    traceGraph("test", ({ x }: { readonly x: Tensor }) => [fn(x)], { x: { shape: [values.length], dtype } }),
    engine,
  );
  const [result] = await (
    await engine.compile(graph)
  ).run([dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values)]);
  return [...result!];
}

/** The distance in units of the last place of a float32; denormals have those of the smallest normal number. */
function ulps(got: number, want: number): number {
  if (Object.is(got, Math.fround(want)) || (Number.isNaN(got) && Number.isNaN(want))) return 0;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(want))), -126);
  return Math.abs(got - want) / 2 ** (exponent - 23);
}

describe("float32", () => {
  const range = (from: number, to: number): number[] =>
    Array.from({ length: 20_001 }, (_, index) => Math.fround(from + ((to - from) * index) / 20_000));
  const cases = [
    {
      name: "exp",
      fn: exp,
      exact: Math.exp,
      values: [...range(-110, 95), ...range(-0.01, 0.01), -103.9, -104, -1e30, 88.72284, 88.7229, 1e30, ...special],
    },
    {
      name: "log",
      fn: log,
      exact: Math.log,
      values: [...range(0.5, 2), ...range(0.999, 1.001), ...range(0, 1e-38), ...range(1, 3e38), 1e-45, ...special],
    },
    {
      name: "softplus",
      fn: softplus,
      exact: (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
      values: [...range(-103, 103), ...range(-1, 1), ...special],
    },
  ];

  test.each(cases)(
    "$name is within one unit of the last place everywhere, and exact where there is nothing to round",
    async ({ fn, exact, values }) => {
      const got = await applied(fn, values, "float32");
      const worst = { ulps: 0, at: 0 };
      for (const [index, value] of values.entries()) {
        const off = ulps(got[index]!, exact(Math.fround(value)));
        if (!(off <= worst.ulps)) Object.assign(worst, { ulps: off, at: value });
      }
      expect(worst.ulps, `at ${worst.at}`).toBeLessThanOrEqual(1);
    },
  );

  test("what underflows is 0 and what overflows is Infinity, also inside an expression", async () => {
    expect(await applied((x) => log(exp(x)), [-200, -Infinity, 200, Infinity], "float32")).toEqual([
      -Infinity,
      -Infinity,
      Infinity,
      Infinity,
    ]);
  });
});

test("a sum over two loops that can't be one, with an even number of turns", async () => {
  const graph = traceGraph("test", ({ x }: { readonly x: Tensor }) => [x.slice([0, 0], [4, 8]).sum()], {
    x: { shape: [4, 9] },
  });
  const x = Float32Array.from({ length: 36 }, (_, index) => index);
  const [result] = await (await engine.compile(graph)).run([x]);
  const kept = [...x].filter((_, index) => index % 9 < 8);
  expect(result![0]).toBe(kept.reduce((left, right) => left + right));
});

describe("the variance of many numbers", () => {
  const count = 2 ** 17;
  const wave = Float32Array.from({ length: count }, (_, index) => Math.sin(index));
  const cases = {
    "far from 0": wave.map((value) => 1e6 + value),
    "one of which, the first, is far from the others": wave.with(0, 1e10),
    "one of which, in the sample, is far from the others": wave.with(count / 2, -1e10),
    "all equal": new Float32Array(count).fill(0.1),
    "one of which is infinite": wave.with(7, Infinity),
    "one of which is NaN": wave.with(0, NaN),
  };

  test.each(Object.entries(cases))("%s", async (_, values) => {
    const center = values.reduce((sum, value) => sum + value, 0) / count;
    const want = values.reduce((sum, value) => sum + (value - center) ** 2, 0) / count;
    const [got] = await applied((x) => variance(x), values, "float32");
    expect(ulps(got!, want)).toBeLessThanOrEqual(1);
  });
});

describe("the variance of equal numbers is exactly 0", () => {
  const numbers = [37 / 255, 0.1, 1 / 3, 1e-30, 1e30, 16777217, -0.7, 0];
  const counts = [1, 2, 3, 7, 49, 1000, 4095, 4096, 7225, 2 ** 17 + 1];

  test.each(counts)("%i of them, in any form", async (count) => {
    for (const value of numbers) {
      const values = new Float32Array(count).fill(value);
      const forms: ((x: Tensor) => Tensor)[] = [
        (x) => variance(x).sqrt(),
        (x) => variance(x.div(255)).sqrt(),
        (x) => variance(x.mul(0.3).add(7)).sqrt(),
        (x) => x.div(3).sub(x.div(3).mean()).square().mean().sqrt(),
        (x) => x.div(3).mean().sub(x.div(3)).square().sum(),
        (x) => variance(exp(x.tanh())).sqrt(),
      ];
      for (const form of forms) expect(await applied(form, values, "float32")).toEqual([0]);
      expect(await applied(forms[1]!, values, "float64")).toEqual([0]);
    }
  });

  test("along any axis of an array, and of what is looked up or summed before", async () => {
    const values = new Float32Array(60 * 85).fill(37);
    const forms: ((x: Tensor) => Tensor)[] = [
      (x) => variance(x.reshape([60, 85]).div(255), 0),
      (x) => variance(x.reshape([60, 85]).div(255), 1),
      (x) => variance(x.reshape([85, 60]).div(255).transpose(), 1),
      (x) => variance(x.reshape([60, 85]).div(255).sum(1)),
      (x) => variance(x.reshape([60, 85]).div(255).logSumExp(0)),
      (x) => variance(x.div(255).takeAlongAxis(x.cast("int32"), 0)),
      (x) => variance(x.reshape([60, 5, 17]).div(255), [0, 2]),
    ];
    for (const form of forms) expect(new Set(await applied(form, values, "float32"))).toEqual(new Set([0]));
  });

  test("their mean, and a mean of infinities, are what they are", async () => {
    const form = (x: Tensor): Tensor => x.mean().add(variance(x).mul(0)).reshape([1]);
    expect(await applied(form, new Float32Array(5000).fill(0.1), "float32")).toEqual([Math.fround(0.1)]);
    const mean = (x: Tensor): Tensor => where(x.mean().equal(Infinity), 1, variance(x));
    expect(await applied(mean, [Infinity, 1, 2], "float32")).toEqual([1]);
  });
});

describe("deep graphs", () => {
  const depth = 5000;
  const chain = (x: Tensor, step: (value: Tensor, index: number) => Tensor): Tensor =>
    Array.from({ length: depth }, (_, index) => index).reduce(step, x);
  const shapes: Record<string, (x: Tensor) => Tensor> = {
    sums: (x) => chain(x, (value) => value.add(1)).sub(depth),
    "sums of products, summed": (x) =>
      chain(x, (value, index) => value.add(x.mul(index % 3)))
        .sum()
        .div(5000),
    "a part of a chain": (x) => chain(x, (value) => value.tanh()).slice([1], [3]),
    "conditions of conditions": (x) =>
      where(
        chain(x.equal(Infinity), (value, index) => value.logicalAnd(x.less(index))),
        x,
        2,
      ),
    "each of the two before": (x) => {
      let [left, right] = [x, x.mul(0.5)];
      for (let step = 0; step < depth; step++) [left, right] = [right, left.add(right).mul(0.5)];
      return right;
    },
    "a gradient": (x) => grad((given: Tensor) => chain(given, (value) => value.mul(0.9999).tanh()).sum())(x),
  };

  test.each(Object.entries(shapes))("%s, 5,000 operations on end", async (_, fn) => {
    const graph = prepare(
      traceGraph("deep", ({ x }: { readonly x: Tensor }) => [fn(x)], { x: { shape: [4] } }),
      engine,
    );
    const values = Float32Array.of(0.5, -0.25, 0.125, 1);
    const interpreter = await cpu({ mode: "interpreter" });
    const [got, want] = await Promise.all(
      [engine, interpreter].map(async (each) => [...(await (await each.compile(graph)).run([values]))[0]!]),
    );
    for (const [index, value] of want!.entries()) expect(got![index]).toBeCloseTo(value, 2);
  });

  test("lookups in what was looked up do not grow without bounds", async () => {
    const looked = (x: Tensor): Tensor => {
      let value = x;
      for (let step = 0; step < 60; step++) value = value.takeAlongAxis(value.cast("int32"), 0);
      return value;
    };
    expect(await applied(looked, [1, 2, 3, 0], "float32")).toEqual(
      [1, 2, 3, 0].map((_, at, all) => {
        let value = [...all];
        for (let step = 0; step < 60; step++) value = value.map((index) => value[index]!);
        return value[at];
      }),
    );
  });

  test("arrays between programs are used again", async () => {
    const graph = traceGraph("deep", ({ x }: { readonly x: Tensor }) => [chain(x, (value) => value.add(0.5))], {
      x: { shape: [1000] },
    });
    expect((await engine.compile(graph)).bytes).toBeLessThanOrEqual(2 * 8000 + 1000);
  });

  test("more results at once than a function can hold are refused", () => {
    const graph = traceGraph(
      "wide",
      ({ x }: { readonly x: Tensor }) => Array.from({ length: 20_100 }, (_, index) => x.add(index + 0.5)),
      { x: { shape: [] } },
    );
    expect(() => engine.compile(graph)).toThrow(
      expect.objectContaining({
        name: "EngineError",
        message: expect.stringContaining(
          "ran out of statements for one loop, of which there may be 40000, at 40201",
        ) as string,
      }),
    );
  });
});

test("a memory that grows longer than is computed again at each step is right, with its gradient", async () => {
  const specs = { x: { shape: [4, 8], dtype: "float64" as const }, w: { shape: [8, 8], dtype: "float64" as const } };
  const fn = ({ x, w }: { readonly x: Tensor; readonly w: Tensor }): unknown =>
    valueAndGrad((weights: Tensor) => {
      let [state, kept] = [x, x];
      for (let step = 0; step < 60; step++) {
        const gate = state.matmul(weights);
        kept = kept.mul(gate.sigmoid()).add(tanh(gate));
        state = tanh(kept);
      }
      return state.square().mean();
    })(w);
  const graph = prepare(traceGraph("memory", fn, specs), engine);
  const numbers = (count: number): Float64Array => Float64Array.from({ length: count }, (_, at) => Math.sin(at) / 2);
  const values = [numbers(32), numbers(64)];
  const got = await (await engine.compile(graph)).run(values);
  const wanted = await (await (await cpu({ mode: "interpreter" })).compile(graph)).run(values);
  for (const [index, want] of wanted.entries())
    for (const [at, number] of want.entries()) expect(got[index]![at]).toBeCloseTo(number, 10);
});

test("the bytes that are held are those of constants, scratch and slots", async () => {
  const table = new Float32Array(25).fill(2);
  const graph = traceGraph("bytes", ({ x }: { readonly x: Tensor }) => [x.mul(table).softmax()], {
    x: { shape: [4, 25] },
  });
  const [constants, row] = [100, 25 * 8];
  const { bytes } = await engine.compile(graph);
  expect(bytes).toBeGreaterThanOrEqual(constants + row);
  expect(bytes).toBeLessThanOrEqual(constants + row + 10 * 8);
  const interpreted = await (await cpu({ mode: "interpreter" })).compile(graph);
  expect(interpreted.bytes).toBe(constants);
});

test("float64 has the functions of JavaScript to the last bit", async () => {
  const values = [...Array.from({ length: 1000 }, (_, index) => (index - 500) * 1.4), ...special];
  expect(await applied(exp, values, "float64")).toEqual(values.map(Math.exp));
  expect(await applied(log, values, "float64")).toEqual(values.map(Math.log));
});

describe("memory", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const heapAfter = (): number => {
    collect();
    collect();
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    return heapUsed + external + arrayBuffers;
  };

  test("100,000 calls leave the heap where it was", async () => {
    const compiled = compile((x) => x.softmax().mul(x).sum(), { engine });
    const x = new Float32Array(32);
    const out = new Float32Array(1);
    for (let call = 0; call < 1000; call++) await compiled(x);
    const before = heapAfter();
    for (let call = 0; call < 50_000; call++) await compiled(x);
    for (let call = 0; call < 50_000; call++) await compiled.into(out, x);
    expect(heapAfter() - before).toBeLessThan(2 ** 20);
    await compiled.dispose();
  });

  test("1,000 times compiled and disposed leave the heap where it was", async () => {
    const round = async (index: number): Promise<void> => {
      // Another size each time, so that nothing compiled serves again.
      const size = 10 + index;
      const compiled = compile((x) => grad((given) => given.softmax().mul(given).sum())(x), { engine });
      await compiled(new Float32Array(size));
      await compiled.dispose();
    };
    // An engine keeps a few hundred executables for the next who asks; these are there before the count begins.
    for (let index = 0; index < 400; index++) await round(index);
    const before = heapAfter();
    for (let index = 400; index < 1400; index++) await round(index);
    expect(heapAfter() - before).toBeLessThan(8 * 2 ** 20);
  }, 60_000);
});
