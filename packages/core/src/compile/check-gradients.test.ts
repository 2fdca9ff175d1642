import { cpu } from "@symloss/engine-cpu";
import { onnx } from "@symloss/engine-onnx";
import { wasm } from "@symloss/engine-wasm";
import { afterAll, describe, expect, expectTypeOf, test } from "vitest";
import {
  type Engine,
  GradientError,
  type GradientReport,
  NDArray,
  type Tensor,
  abs,
  asTensor,
  check,
  checkClassIndices,
  checkGradients,
  customGradient,
  isSymlossError,
  log,
  logSumExp,
  matmul,
  maximum,
  pow,
  relu,
  scan,
  sigmoid,
  sign,
  softmax,
  sqrt,
  stopGradient,
  takeAlongAxis,
  tanh,
} from "../index.ts";

const engine = await cpu();
/** As an engine without float64 is: it refuses what it has not. */
const short: Engine = {
  ...engine,
  name: "short",
  traits: { ...engine.traits, dtypes: engine.traits.dtypes.filter((dtype) => dtype !== "float64") },
  compile: (graph) => engine.compile(graph),
  upload: (array) => engine.upload(array),
};
afterAll(() => engine.dispose());

/** x^2, with the gradient `slope` x. */
const square = (slope: number) =>
  customGradient((x: Tensor) => ({
    value: x.square(),
    gradient: (cotangent: Tensor) => [cotangent.mul(x).mul(slope)],
  }));

/** The message of the error. */
async function refusalOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    return isSymlossError(error) ? `${error.name} ${error.message}` : `no error of ours: ${String(error)}`;
  }
  return "no error";
}

describe("a gradient that is right", () => {
  const smooth: Readonly<Record<string, readonly [(...args: Tensor[]) => unknown, readonly unknown[]]>> = {
    "a scalar": [(x) => x!.square().sum(), [[1, -2, 3]]],
    "unreduced results": [
      (x, y) => x!.sub(y!).square(),
      [
        [1, -2, 3],
        [0.5, 1, 2],
      ],
    ],
    "softmax, whose results add up to 1": [
      (x) => softmax(x!),
      [
        [
          [1, -2, 3],
          [100, 101, 99],
        ],
      ],
    ],
    "a network": [
      (x, w, b) => tanh(matmul(x!, w!).add(b!)),
      [
        [[0.5, -1]],
        [
          [1, 2, 3],
          [-1, 0.5, 0],
        ],
        [0.1, 0.2, 0.3],
      ],
    ],
    "near the edge of its domain": [(x) => log(x!), [[1e-6, 1, 1e6]]],
    "tiny and huge elements": [(x) => pow(x!, 3), [[1e-8, 1e8]]],
    "results that are nearly constant": [(x) => sigmoid(x!), [[-40, 0, 40]]],
    "a scan": [(x) => scan((carry, y) => [tanh(carry.mul(0.5).add(y)), carry.mul(y)], x!.sum(), x!)[1], [[1, -0.5, 2]]],
    "a mean beside a large number": [(x) => x!.mean().add(1000), [[1, 2, 3]]],
    "what is not used": [(x, y) => x!.add(y!.mul(0)), [[1], [2]]],
  };

  test.each(Object.entries(smooth))("%s, in float64", async (_, [fn, args]) => {
    const report = await checkGradients(fn, args as never, { engine });
    expect(report).toMatchObject({ dtype: "float64", kinks: [] });
    expect(report.worst.error).toBeLessThan(1e-6);
  });

  const coarse = { ...short, traits: { ...short.traits, precision: "gpu" as const } };
  const engines: Readonly<Record<string, () => Engine | Promise<Engine>>> = {
    "an engine without float64": () => short,
    "one that is as exact as a graphics card": () => coarse,
    wasm: () => wasm(),
    onnx: () => onnx({ numThreads: 1 }),
  };
  test.each(Object.keys(engines))("in float32 on %s", async (name) => {
    const on = await engines[name]!();
    for (const [fn, args] of Object.values(smooth)) {
      const report = await checkGradients(fn, args as never, { engine: on, dtype: "float32" });
      expect(report).toMatchObject({ dtype: "float32", kinks: [] });
      expect(report.worst.error).toBeLessThan(0.05);
    }
    if (on.name !== "short") await on.dispose();
  });

  test("takes float32 where the engine has nothing more", async () => {
    const report = await checkGradients((x) => x.exp(), [[1, 2]], { engine: short });
    expect(report.dtype).toBe("float32");
  });

  test("says how many were compared, and which was worst", async () => {
    const report = await checkGradients((x: Tensor, y: Tensor) => x.mul(y).sum(), [[[1, 2]], [3, 4]], { engine });
    expect(report.compared).toBe(4);
    const { worst } = report;
    expect(worst.order).toBe(1);
    expect(worst.error).toBeLessThan(1e-9);
    expect(worst.slope).toBeCloseTo(worst.gradient, 9);
    expectTypeOf(report).toEqualTypeOf<GradientReport>();
  });

  test("is of float leaves in trees, and leaves integers and booleans alone", async () => {
    const fn = ({ weights, bias }: { weights: Tensor; bias: Tensor[] }, indices: Tensor, mask: Tensor): Tensor =>
      takeAlongAxis(weights, indices, 0).add(bias[0]!.mul(bias[1]!)).mul(mask.cast("float32"));
    const args = [
      { weights: [1, 2, 3], bias: [new Float32Array([4]), 5] },
      new Int32Array([2, 0, 2]),
      [true, false, true],
    ] as const;
    const report = await checkGradients(fn, args as never, { engine });
    expect(report.compared).toBe(5);
  });

  test("is of the arguments wrt", async () => {
    const fn = (x: Tensor, y: Tensor): Tensor => square(3)(x).add(y);
    expect((await checkGradients(fn, [[1], [2, 3]], { engine, wrt: 1 })).compared).toBe(2);
    expect((await checkGradients(fn, [[1], [2, 3]], { engine, wrt: [1] })).compared).toBe(2);
    expect(await refusalOf(() => checkGradients(fn, [[1], [2, 3]], { engine, wrt: [1, 0] }))).toMatch(/argument 0/);
  });

  test("is of a function with static arguments", async () => {
    const fn = (x: Tensor, power: number): Tensor => pow(x, power);
    const report = await checkGradients(fn, [[1.5, 2], 3], { engine, static: [1] });
    expect(report.compared).toBe(2);
  });

  test("is of second derivatives on request", async () => {
    const report = await checkGradients((x) => x.exp().mul(x.sum()), [[1, 2]], { engine, order: 2 });
    expect(report.compared).toBe(4);
    const wrongTwice = customGradient((x: Tensor) => ({
      value: x.exp(),
      gradient: (cotangent: Tensor) => [cotangent.mul(stopGradient(x.exp()))],
    }));
    await checkGradients((x) => wrongTwice(x), [[1, 2]], { engine });
    expect(await refusalOf(() => checkGradients((x) => wrongTwice(x), [[1, 2]], { engine, order: 2 }))).toMatch(
      /^GradientError checkGradients: the second derivative with respect to argument 0 must be .*, got 0\./,
    );
  });

  test("leaves infinite elements where they are", async () => {
    const report = await checkGradients((x) => logSumExp(x), [[1, -Infinity, 2]], { engine });
    expect(report.compared).toBe(2);
  });

  test("leaves out results that are no floats", async () => {
    const report = await checkGradients((x: Tensor) => ({ loss: x.square(), valid: x.greater(0) }), [[1, 2]], {
      engine,
    });
    expect(report.compared).toBe(2);
  });

  test("is computed of what arguments hold, which stay as they are", async () => {
    const x = new Float32Array([1, 2]);
    await checkGradients((given: Tensor) => given.exp(), [x], { engine });
    expect(x).toEqual(new Float32Array([1, 2]));
  });
});

describe("a gradient that is wrong", () => {
  test("is told with argument, index, gradient and slope", async () => {
    const fn = ({ weights }: { weights: Tensor }): Tensor => square(3)(weights);
    expect(await refusalOf(() => checkGradients(fn, [{ weights: [[0, 2]] }], { engine }))).toMatch(
      /^GradientError checkGradients: the gradient with respect to argument 0\.weights must be 4, the slope of differences \(give or take \d(\.\d+)?e-1\d\), at \[0,1\], got 6\. No other of 2 compared elements is wrong\.$/,
    );
    const together = (x: Tensor): Tensor => softmax(square(3)(x));
    expect(await refusalOf(() => checkGradients(together, [[1, 2]], { engine }))).toMatch(
      /: the gradient of the weighted results with respect to argument 0 must be /,
    );
    const scalar = (x: Tensor): Tensor => square(3)(x).sum();
    expect(await refusalOf(() => checkGradients(scalar, [[1, 2]], { engine }))).toMatch(
      /must be [24], the slope .*, got [36]\. 2 of 2 compared elements are wrong\.$/,
    );
  });

  test.each([
    ["by little, in float64", square(2.00001), [1, 2], { engine }],
    ["in float32", square(2.1), [1, 2], { engine: short }],
    ["where it is small beside others", square(3), [1e-2, 0, 0], { engine }],
    ["as NaN", customGradient((x: Tensor) => ({ value: x, gradient: (c: Tensor) => [c.mul(NaN)] })), [1], { engine }],
    ["as 0", customGradient((x: Tensor) => ({ value: x, gradient: (c: Tensor) => [c.mul(0)] })), [1], { engine }],
    [
      "as infinity",
      customGradient((x: Tensor) => ({ value: x, gradient: (c: Tensor) => [c.mul(Infinity)] })),
      [1],
      { engine },
    ],
  ] as const)("%s", async (_, fn, x, options) => {
    expect(await refusalOf(() => checkGradients((given: Tensor) => fn(given), [x], options))).toMatch(
      /^GradientError checkGradients: the gradient with respect to argument 0 must be /,
    );
  });

  test("is no error where it is within the tolerance that is asked for", async () => {
    const report = await checkGradients((x: Tensor) => square(2.1)(x), [[1, 2]], { engine, tolerance: 0.06 });
    expect(report.worst.error).toBeCloseTo(0.1 / 2.1, 6);
  });
});

describe("at a kink", () => {
  test.each([
    ["relu", (x: Tensor) => relu(x).sum(), 0, [0, 1]],
    ["abs", (x: Tensor) => abs(x).sum(), 0, [-1, 1]],
    ["a maximum", (x: Tensor) => maximum(x, x.mul(3)).sum(), 2, [1, 3]],
    ["abs of what bends", (x: Tensor) => abs(x.exp().sub(1)).mul(x.add(2)).sum(), 0, [-2, 2]],
  ] as const)("the gradient of %s is between both slopes", async (_, fn, gradient, slopes) => {
    for (const on of [engine, short]) {
      const { kinks, compared, worst } = await checkGradients(fn, [[-2, 0, 3]], { engine: on });
      expect(compared).toBe(3);
      expect(kinks).toHaveLength(1);
      expect(kinks[0]).toMatchObject({ argument: "argument 0", index: [1], gradient, error: 0 });
      for (const [side, slope] of slopes.entries()) {
        expect((kinks[0]!.slope as readonly number[])[side]).toBeCloseTo(slope, on === short ? 1 : 6);
      }
      expect(worst.error).toBeLessThan(0.01);
    }
  });

  test("another one is wrong", async () => {
    const fn = customGradient((x: Tensor) => ({ value: relu(x), gradient: (c: Tensor) => [c.mul(2)] }));
    expect(await refusalOf(() => checkGradients((x: Tensor) => fn(x).sum(), [[0]], { engine }))).toMatch(
      /must be between 0 and 1, the slopes on both sides of a kink \(give or take .*\), at \[0\], got 2\. No other of 1 /,
    );
  });

  test("nearby there is none", async () => {
    for (const near of [1e-3, 1e-5, -1e-4]) {
      const { kinks, worst } = await checkGradients((x: Tensor) => relu(x).sum(), [[near]], { engine });
      expect([kinks, worst.gradient, worst.slope]).toEqual([[], Number(near > 0), expect.closeTo(Number(near > 0), 6)]);
    }
  });
});

describe("where there is no slope", () => {
  test.each([
    [
      "a jump",
      (x: Tensor) => sign(x).sum(),
      [1, 0],
      /argument 0 must be where the function has a slope, got a jump at \[1\]: the result changes by 1 from just below it, and by 1 to just above it\./,
    ],
    [
      "a jump beside a slope",
      (x: Tensor) => x.mul(1000).add(x.greater(1).cast("float32")).sum(),
      [1],
      /got a jump at \[0\]: the result changes by 0 from just below it, and by 1 to/,
    ],
    [
      "an infinite slope",
      (x: Tensor) => sqrt(abs(x)).sum(),
      [0],
      /differences with respect to argument 0 must settle on a slope, got .* at \[0\], .*infinitely steep/,
    ],
    [
      "NaN",
      (x: Tensor) => log(x),
      [-1, 1],
      /the results must be finite to be compared with others, got NaN at \[0\]\./,
    ],
    ["infinity", (x: Tensor) => log(x), [1, 0], /the results must be finite .* got -Infinity at \[1\]\./],
    [
      "an element that must stay as it is",
      (x: Tensor) => check("sided", "x", x, { kind: "signs" }).mul(2),
      [1],
      /argument 0 must have values beside it to be compared with, got none at \[0\], where the gradient is 2\. The function says: sided: x must be -1 or 1, got .* Choose other arguments with wrt\.$/,
    ],
  ] as const)("%s is told", async (_, fn, x, message) => {
    const refusal = await refusalOf(() => checkGradients(fn, [x], { engine }));
    expect(refusal).toMatch(/^GradientError checkGradients: /);
    expect(refusal).toMatch(message);
  });

  test("a wrong gradient elsewhere is told first", async () => {
    const fn = (x: Tensor): Tensor => sign(x).add(square(3)(x));
    expect(await refusalOf(() => checkGradients(fn, [[0, 1]], { engine }))).toMatch(/must be .* at \[1\], got/);
  });
});

describe("at the edge of what a function takes", () => {
  test("the slope is that of the other side", async () => {
    const fn = (x: Tensor): Tensor => check("entropy", "p", x, { kind: "unitInterval" }).square();
    const { compared, kinks } = await checkGradients(fn, [[0, 0.5, 1]], { engine });
    expect([compared, kinks]).toEqual([3, []]);
    const wrong = (x: Tensor): Tensor => check("entropy", "p", square(3)(x), { kind: "unitInterval" });
    expect(await refusalOf(() => checkGradients(wrong, [[1]], { engine }))).toMatch(/must be 2, the slope .*, got 3\./);
  });

  test("class indices have no slope, and are right to have gradient 0", async () => {
    const fn = (logits: Tensor, labels: Tensor): Tensor =>
      takeAlongAxis(logits, checkClassIndices("pick", "labels", labels, 2).expandDims(1), 1);
    const { compared } = await checkGradients(fn, [[[1, 2]], [1]], { engine });
    expect(compared).toBe(2);
    expect(await refusalOf(() => checkGradients((x: Tensor) => fn([[1, 2]] as never, x), [[1]], { engine }))).toMatch(
      /^GradientError checkGradients: args must hold a float that can move, got none\./,
    );
  });
});

describe("what can't be checked is refused by name", () => {
  const fn = (x: Tensor): Tensor => x.square();
  test.each([
    [() => checkGradients(1 as never, [[1]], { engine }), /^DTypeError checkGradients: fn must be a function, got 1\./],
    [() => checkGradients(fn, 1 as never, { engine }), /^DTypeError .* args must be the list of arguments, got 1\./],
    [() => checkGradients(fn, [[1]], {} as never), /engine must be an engine, got undefined\./],
    [
      () => checkGradients(fn, [] as never, { engine }),
      /the function must be given its argument, got none\. They are a list/,
    ],
    [
      () => checkGradients(fn, [[1]], { engine, ordre: 2 } as never),
      /must be among engine, wrt, static, order, dtype, tolerance, got "ordre"\. Did you mean order\?/,
    ],
    [
      () => checkGradients(fn, [[1]], { engine, order: 3 as never }),
      /^OutOfRangeError .* order must be 1 or 2, got 3\./,
    ],
    [
      () => checkGradients(fn, [[1]], { engine, dtype: "float16" as never }),
      /dtype must be "float32" or "float64", got "float16"\./,
    ],
    [() => checkGradients(fn, [[1]], { engine: short, dtype: "float64" }), /^DTypeError compile: .* got f64\[1\]/],
    [
      () => checkGradients(fn, [[1]], { engine, tolerance: 0 }),
      /tolerance must be a number above 0 and below 1, got 0\./,
    ],
    [
      () => checkGradients(fn, [[1]], { engine, wrt: 1 }),
      /wrt must be the position of an argument that holds arrays, got 1 for 1 argument\./,
    ],
    [
      () => checkGradients(fn, [[1]], { engine, wrt: 0.5 }),
      /wrt must be the position of an argument, or a list of positions, got 0\.5\./,
    ],
    [
      () => checkGradients((x: Tensor, _n: number) => x, [[1], 2], { engine, wrt: 1, static: [1] }),
      /got 1 for 2 arguments of which those at \[1\] are static\./,
    ],
    [
      () => checkGradients(fn, [new Int32Array(1)], { engine }),
      /^DTypeError checkGradients: args must hold an array of floats, got none\./,
    ],
    [
      () => checkGradients((x: Tensor, y: Tensor) => x.mul(y), [new Int32Array(1), [1]], { engine, wrt: 0 }),
      /argument 0 must hold floats to have a gradient/,
    ],
    [
      () => checkGradients((x: Tensor) => x.greater(0), [[1]], { engine }),
      /^DTypeError checkGradients: the function must return floats, got bool\[1\]\./,
    ],
    [
      () => checkGradients((x: Tensor) => "x" as never as typeof x, [[1]], { engine }),
      /the function must return a Tensor/,
    ],
    [() => checkGradients(fn, [asTensor([1]) as never], { engine }), /argument 0 must be an array, got the Tensor/],
    [() => checkGradients(fn, [[]], { engine }), /args must hold a float that can move, got none/],
    [
      () => (checkGradients as (...args: unknown[]) => Promise<unknown>)(fn, [[1]], { engine }, 1),
      /arguments must be fn, args, options, got 4/,
    ],
  ] as const)("%s", async (run, message) => {
    expect(await refusalOf(run)).toMatch(message);
  });

  test("and the error is one of the library", () => {
    expect(isSymlossError(new GradientError("x"))).toBe(true);
  });

  test("by types too", () => {
    const wrong = [
      // @ts-expect-error there is no such argument
      () => checkGradients(fn, [[1], [2]], { engine }),
      // @ts-expect-error the argument is missing
      () => checkGradients(fn, [], { engine }),
      // @ts-expect-error a string is no array
      () => checkGradients(fn, ["x"], { engine }),
      // @ts-expect-error a number that is no tensor must be static
      () => checkGradients((x: Tensor, n: number) => x.mul(n), [[1], 2], { engine }),
      // @ts-expect-error there is no such option
      () => checkGradients(fn, [[1]], { engine, ordre: 2 }),
      // @ts-expect-error the engine is missing
      () => checkGradients(fn, [[1]], {}),
    ];
    expect(wrong).toHaveLength(6);
    expectTypeOf<NDArray>().not.toBeNever();
  });
});
