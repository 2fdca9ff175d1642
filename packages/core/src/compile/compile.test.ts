import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { cpu } from "@symloss/engine-cpu";
import { afterAll, describe, expect, test } from "vitest";
import {
  DTypeError,
  type DeviceArray,
  type Engine,
  type Executable,
  NDArray,
  OutOfRangeError,
  type Tensor,
  asTensor,
  check,
  checkClassIndices,
  compile,
  customGradient,
  evaluate,
  explain,
  grad,
  ndarray,
  ones,
  stack,
  valueAndGrad,
  where,
  zeros,
} from "../index.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const itself: Record<string, unknown> = {};
itself["next"] = itself;
itself["other"] = itself;

const engine = await cpu();
afterAll(() => engine.dispose());

/** The engine, counting what it compiles. */
function counted(): { engine: Engine; compilations: () => number } {
  let compilations = 0;
  const counting: Engine = {
    ...engine,
    compile: (graph) => {
      compilations++;
      return engine.compile(graph);
    },
  };
  return { engine: counting, compilations: () => compilations };
}

/** The engine, recording the values of every run. */
function watched(): { engine: Engine; seen: unknown[] } {
  const seen: unknown[] = [];
  const watching: Engine = {
    ...engine,
    compile(graph) {
      const executable = engine.compile(graph) as Executable;
      return { ...executable, run: (values, outputs) => (seen.push(...values), executable.run(values, outputs)) };
    },
  };
  return { engine: watching, seen };
}

describe("compile", () => {
  test("takes and gives nested records and lists", async () => {
    const model = compile(
      ({ weights, bias }: { weights: Tensor; bias: Tensor }, inputs: Tensor[]) => ({
        outputs: inputs.map((input) => input.matmul(weights).add(bias)),
        total: weights.sum(),
      }),
      { engine },
    );
    // A list of nested lists would be one array; a list of typed arrays is several.
    const { outputs, total } = await model({ weights: [[1], [2]], bias: [0.5] }, [
      ndarray([[1, 1]]),
      ndarray([[2, 0]]),
    ]);
    expect(outputs.map((output) => output.toArray())).toEqual([[[3.5]], [[2.5]]]);
    expect(total.item()).toBe(3);
    await model.dispose();
  });

  test("is traced once for each list of shapes and dtypes, and compiled once for each graph", async () => {
    const { engine: counting, compilations } = counted();
    let traces = 0;
    const double = compile(
      (x) => {
        traces++;
        return x.mul(2);
      },
      { engine: counting },
    );
    for (let call = 0; call < 3; call++) await double([1, 2, 3]);
    await double(Float32Array.of(1, 2, 3));
    await double([[1, 2, 3]]);
    await double(Float64Array.of(1, 2, 3));
    expect([traces, compilations()]).toEqual([3, 3]);
    const again = compile((x) => x.add(x), { engine: counting });
    await again([1, 2, 3]);
    expect(compilations()).toBe(3);
    await double.dispose();
    await again.dispose();
  });

  test("calls at the same time each give their own result", async () => {
    const square = compile((x) => x.square(), { engine });
    const results = await Promise.all(Array.from({ length: 50 }, (_, call) => square(Float32Array.of(call))));
    expect(results.map((result) => result.item())).toEqual(Array.from({ length: 50 }, (_, call) => call * call));
    await square.dispose();
  });

  test("a number has the precision of the arrays beside it", async () => {
    const scale = compile((x, factor) => x.mul(factor), { engine });
    expect((await scale(Float64Array.of(1), 0.1)).data[0]).toBe(0.1);
    expect((await scale(Float32Array.of(1), 0.1)).data[0]).toBe(Math.fround(0.1));
    await scale.dispose();
  });

  test("writes into arrays of the caller", async () => {
    const step = compile(
      valueAndGrad((x) => x.square().sum()),
      { engine },
    );
    const loss = new Float32Array(1);
    const gradient = ndarray(new Float32Array(3));
    await step.into([loss, gradient], [1, 2, 3]);
    expect([loss[0], ...gradient.data]).toEqual([14, 2, 4, 6]);
    await expect(step.into([loss, new Float32Array(2)], [1, 2, 3])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: into: outputs [1] must hold f32[3], got a Float32Array of length 2.]`,
    );
    await expect(step.into([loss] as never, [1, 2, 3])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: into: outputs must be arrays in the structure of the results, [f32[], f32[3]], got a list of 1.]`,
    );
    await step.dispose();
  });

  test.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a list", [1, 2, 3]],
    ["1", 1],
    ["a promise", Promise.resolve(new Float32Array(2))],
  ])("refuses to write into %s", async (got, outputs) => {
    const double = compile((x) => x.mul(2), { engine });
    await expect(double.into(outputs as never, [1, 2])).rejects.toThrow(
      `into: outputs must be an NDArray or a typed array that holds f32[2], got ${got}.`,
    );
    await double.dispose();
  });

  test("refuses to write into a record of the wrong arrays, by name", async () => {
    const parts = compile((x) => ({ total: x.sum(), all: [x] }), { engine });
    const into = (outputs: unknown) => parts.into(outputs as never, [1, 2]);
    await expect(into({ total: new Float32Array(1) })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: into: outputs must be arrays in the structure of the results, {total: f32[], all: [f32[2]]}, got a record of total.]`,
    );
    await expect(into({ total: new Float32Array(1), all: [undefined] })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: into: outputs all[0] must be an NDArray or a typed array that holds f32[2], got undefined.]`,
    );
    await expect(into([new Float32Array(1)])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: into: outputs must be arrays in the structure of the results, {total: f32[], all: [f32[2]]}, got a list of 1.]`,
    );
    await parts.dispose();
  });

  test("a handle where an array or a tensor must be is named as one", async () => {
    const double = compile((x) => x.mul(2), { engine, results: "device" });
    const handle = await double([1, 2, 3]);
    const host = compile((x) => x.mul(2), { engine });
    await expect(host.into(handle as never, [1, 2, 3])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: into: outputs must be an NDArray or a typed array that holds f32[3], got a device array f32[3].]`,
    );
    await expect(compile((x) => x.add(handle as never), { engine })([1])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: add: y must be a number, a boolean, a typed array, nested lists of numbers or an NDArray, got a device array f32[3]. Pass it to a compiled function as an argument, or read it first: await handle.read().]`,
    );
    expect(() => asTensor([handle] as never)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: asTensor: value must hold numbers or booleans, got a device array f32[3]. Pass it to a compiled function as an argument, or read it first: await handle.read().]`,
    );
    handle.dispose();
    await double.dispose();
    await host.dispose();
  });

  test("leaves results on the device for the next function", async () => {
    const double = compile((x) => x.mul(2), { engine, results: "device" });
    const handle: DeviceArray = await double([1, 2]);
    const next = await double(handle);
    expect([...(await next.read())]).toEqual([4, 8]);
    const other = await cpu();
    const elsewhere = compile((x) => x, { engine: other });
    await expect(elsewhere(handle)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[EngineError: compile: argument 0 must be an array of engine "cpu" (loops (generated JavaScript)), got one of another engine of that name, made by another call. Read it first: await handle.read().]`,
    );
    const slow = await cpu({ mode: "interpreter" });
    await expect(compile((x) => x, { engine: slow })(handle)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[EngineError: compile: argument 0 must be an array of engine "cpu" (interpreter), got one of another engine of that name (loops (generated JavaScript)), made by another call. Read it first: await handle.read().]`,
    );
    await expect(
      compile((x) => x, { engine: { ...other, name: "third" } })(handle),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[EngineError: compile: argument 0 must be an array of engine "third" (loops (generated JavaScript)), got one of engine "cpu" (loops (generated JavaScript)). Read it first: await handle.read().]`,
    );
    handle.dispose();
    handle.dispose();
    await expect(double(handle)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: compile: argument 0, the device array f32[2], has been disposed. Dispose of it after the last call that takes it.]`,
    );
    const nested = compile((x: Tensor, { parts: [y] }: { parts: [Tensor] }) => x.add(y), { engine });
    await expect(nested([1], { parts: [handle] })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: compile: argument 1.parts[0], the device array f32[2], has been disposed. Dispose of it after the last call that takes it.]`,
    );
    next.dispose();
    await double.dispose();
    await elsewhere.dispose();
    await other.dispose();
    await slow.dispose();
  });

  test("waits for the runs under way, then refuses", async () => {
    const double = compile((x) => x.mul(2), { engine });
    const running = double([1]);
    await double.dispose();
    await double.dispose();
    expect((await running).item()).toBe(2);
    await expect(double([1])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: compile: the function has been disposed.]`,
    );
  });

  test("checks arrays from the host before it runs, each argument once", async () => {
    const root = compile((x) => check("root", "x", x, { kind: "nonNegative" }).sqrt(), { engine });
    await expect(
      root([
        [4, 1],
        [0, -9],
      ]),
    ).rejects.toThrowErrorMatchingInlineSnapshot(`[OutOfRangeError: root: x must be 0 or above, got -9 at [1, 1].]`);
    expect(
      (
        await root([
          [4, 1],
          [0, 9],
        ])
      ).toArray(),
    ).toEqual([
      [2, 1],
      [0, 3],
    ]);
    await root.dispose();
  });

  test("after an error the next call works", async () => {
    const first = compile((x, indices) => x.takeAlongAxis(indices, 0), { engine });
    await expect(first([1, 2, 3], [3])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[OutOfRangeError: takeAlongAxis: indices must be integers from 0 to 2, got 3 at [0]. Classes count from 0.]`,
    );
    await expect(first([1, 2, 3], [Number.NaN])).rejects.toThrow("got NaN at [0]");
    await expect(first([1, 2, 3], [0.5])).rejects.toThrow("got 0.5 at [0]");
    await expect(first([1, 2, 3], "a" as never)).rejects.toThrow("argument 1 must be a number, a boolean");
    expect((await first([1, 2, 3], [2])).toArray()).toEqual([3]);
    await first.dispose();
  });

  describe("takes the numbers that its arguments hold when it is called", () => {
    /** An engine that compiles asynchronously, but runs synchronously. */
    const late: Engine = { ...engine, compile: (graph) => Promise.resolve().then(() => engine.compile(graph)) };

    test.each<[string, Engine]>([
      ["on an engine that compiles at once", engine],
      ["on one that compiles later", late],
    ])("%s", async (_, on) => {
      const double = compile((x) => x.mul(2), { engine: on });
      for (const round of [1, 2]) {
        const x = Float32Array.of(round, 2);
        const pending = double(x);
        x.fill(100);
        expect((await pending).toArray()).toEqual([2 * round, 4]);
      }
      await double.dispose();
    });

    test("and checks those that run", async () => {
      const pick = compile((x, index) => x.takeAlongAxis(index, 0), { engine: late });
      const index = Int32Array.of(1);
      const pending = pick([1, 2], index);
      index.fill(99);
      expect((await pending).toArray()).toEqual([2]);
      await pick.dispose();
    });

    test("without a copy where nothing waits", async () => {
      const { engine: watching, seen } = watched();
      const double = compile((x) => x.mul(2), { engine: watching });
      const x = Float32Array.of(1, 2);
      await double(x);
      await double(x);
      expect(seen).toEqual([x, x]);
      expect(seen.every((value) => value === x)).toBe(true);
      await double.dispose();
    });

    test("but of memory that others write into, it checks and runs a copy", async () => {
      const { engine: watching, seen } = watched();
      const root = compile((x) => check("root", "x", x, { kind: "nonNegative" }).sqrt(), { engine: watching });
      const shared = new Float32Array(new SharedArrayBuffer(4));
      await root(shared);
      expect((seen[0] as Float32Array).buffer).not.toBe(shared.buffer);
      await root.dispose();
    });
  });

  test("results may be written over an argument, as if it had been copied", async () => {
    // An engine that starts writing before it has read its inputs.
    const hasty: Engine = {
      ...engine,
      compile(graph) {
        const executable = engine.compile(graph) as Executable;
        const run: Executable["run"] = (values, outputs) => {
          for (const output of outputs ?? []) output.fill(0);
          return executable.run(values, outputs);
        };
        return { ...executable, run };
      },
    };
    const running = compile((x) => stack([x, x.sum().broadcastTo([3])]).sum(0), { engine: hasty });
    const x = Float32Array.of(1, 2, 3);
    await running.into(x, x);
    expect([...x]).toEqual([7, 8, 9]);
    const shifted = new Float32Array(4);
    shifted.set([1, 2, 3]);
    await running.into(shifted.subarray(1), shifted.subarray(0, 3));
    expect([...shifted]).toEqual([1, 7, 8, 9]);
    await running.dispose();
  });

  test("two results are not written into one memory", async () => {
    const parts = compile((x) => ({ double: x.mul(2), next: x.add(1) }), { engine });
    const one = new Float32Array(5);
    const sharing = { double: one.subarray(0, 3), next: one.subarray(2) };
    await expect(parts.into(sharing, [1, 2, 3])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: into: outputs double and next must not share memory, got arrays that overlap in one buffer.]`,
    );
    await parts.into({ double: one.subarray(0, 2), next: one.subarray(2, 4) }, [1, 2]);
    expect([...one]).toEqual([2, 4, 2, 3, 0]);
    await parts.dispose();
  });

  test("nobody changes the shape of a later result", async () => {
    const rows = compile((x) => x.sum(0), { engine });
    const x = ndarray([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const { shape } = await rows(x);
    const handle = await engine.upload(x);
    for (const frozen of [shape, x.shape, asTensor(x).shape, zeros([2, 3]).shape, handle.shape])
      expect(() => (frozen as number[]).reverse().push(1)).toThrow(TypeError);
    expect((await rows(x)).toArray()).toEqual([5, 7, 9]);
    await rows.dispose();
  });

  test("keeps no array of a call, and reads its options once", async () => {
    const options = { engine, results: "host" as "host" | "device", simplify: true };
    const double = compile((x) => x.mul(2), options as { engine: Engine; results: "host" });
    options.results = "device";
    (options as { simplify: unknown }).simplify = "maybe";
    (options as { engine: unknown }).engine = undefined;
    // A separate function, so that nothing here keeps the array alive.
    const callOnce = async (): Promise<WeakRef<Float32Array>> => {
      const x = new Float32Array(1000);
      expect(await double(x)).toBeInstanceOf(NDArray);
      return new WeakRef(x);
    };
    const held = await callOnce();
    for (let round = 0; round < 50 && held.deref() !== undefined; round++) {
      await new Promise((resolve) => setTimeout(resolve));
      collectGarbage();
    }
    expect(held.deref()).toBe(undefined);
    await double.dispose();
  });

  test("a literal has the precision of what it meets", async () => {
    const exact = Float64Array.of(0.3);
    const values: [Tensor, number][] = [
      [asTensor([0.1]).add(exact), 0.1 + 0.3],
      [asTensor(0.1).add(exact), 0.1 + 0.3],
      [where([true], 0.1, 0.2).add(exact), 0.1 + 0.3],
      [where([false], [0.1], where(true, 0.2, 0.5)).add(exact), 0.2 + 0.3],
      [grad((w: Tensor) => w.square().mul(exact).sum())(0.1), 0.3 * (0.1 + 0.1)],
      [grad((w: Tensor, x: Tensor) => w.mul(x).sum())([0.1], Float64Array.of(0.7)), 0.7],
      [
        grad((x: Tensor) => customGradient((y: Tensor) => ({ value: y, gradient: () => [[0.1]] }))(x).sum())(exact),
        0.1,
      ],
    ];
    for (const [tensor, expected] of values) {
      const result = await evaluate(tensor, { engine });
      expect([result.dtype, result.data[0]]).toEqual(["float64", expected]);
    }
    const huberLike = compile((x, y) => x.sub(y), { engine });
    expect((await huberLike([0.1], exact)).data[0]).toBe(0.1 - 0.3);
    expect((await huberLike([0.1], Float32Array.of(0))).data[0]).toBe(Math.fround(0.1));
    await huberLike.dispose();
  });

  test.each<[string, () => Promise<unknown>]>([
    // @ts-expect-error its argument is missing
    ["a call without arguments", () => compile((x) => x.mean(), { engine })()],
    // @ts-expect-error an argument is missing
    ["a call with too few arguments", () => compile((x, y) => x.add(y), { engine })([1])],
    ["a length with a name", () => evaluate(ones(["x"]).sum(), { engine })],
    ["a length that is text", () => evaluate(ones(["5"]).sum(), { engine })],
    [
      "a number of classes with a name",
      () => compile((x) => checkClassIndices("f", "labels", x, "classes"), { engine })([7]),
    ],
    [
      "a number of classes with a name, of constants",
      () => compile((x) => x.add(checkClassIndices("f", "labels", asTensor([7]), "classes")), { engine })([1]),
    ],
    ["a record that holds itself", () => compile((x) => x, { engine })(itself as never)],
    ["a typed array of no known kind", () => compile((x) => x, { engine })(new DataView(new ArrayBuffer(4)) as never)],
    ["a tensor as argument", () => compile((x) => x, { engine })(zeros([1]) as never)],
    ["an async function", () => compile((async (x: Tensor) => x) as never, { engine })([1] as never)],
    ["a result that is no tensor", () => compile(() => "loss" as never, { engine })()],
    ["a result that is nothing", () => compile(() => ({ loss: undefined }) as never, { engine })()],
    ["results elsewhere", async () => compile((x) => x, { engine, results: "gpu" as never })([1])],
  ])("refuses %s", async (_, call) => {
    await expect(call()).rejects.toThrowErrorMatchingSnapshot();
  });

  test("an engine's own failure names the engine and keeps the cause", async () => {
    const cause = new TypeError("out of luck");
    const failing: Engine = {
      ...engine,
      compile: async (graph) => ({
        ...(await engine.compile(graph)),
        run: () => {
          throw cause;
        },
      }),
    };
    const error: unknown = await compile((x) => x.add(1), { engine: failing })([1]).catch((thrown: unknown) => thrown);
    expect(`${String(error)}`).toContain('EngineError: run: engine "cpu"');
    expect((error as Error).cause).toBe(cause);
  });

  test("what an engine lacks in dtypes is refused by name", async () => {
    const narrow: Engine = {
      ...engine,
      name: "narrow",
      traits: { ...engine.traits, dtypes: ["float32", "int32", "bool"] },
    };
    await expect(
      compile((x) => x.add(1), { engine: narrow })(Float64Array.of(1)),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: compile: every dtype must be one that engine "narrow" supports (float32, int32, bool), got f64[1] (input).]`,
    );
    const poor: Engine = { ...engine, name: "poor", traits: { ...engine.traits, operations: ["input", "constant"] } };
    await expect(compile((x) => x.exp(), { engine: poor })([1])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedOperationError: compile: every operation must be one that engine "poor" supports or that can be rewritten using those, got exp (f32[1]).]`,
    );
  });

  test("a tensor of another function is refused", async () => {
    let kept: Tensor | undefined;
    const keep = compile((x) => (kept = x), { engine });
    await keep([1]);
    await expect(compile((x) => x.add(kept!), { engine })([1])).rejects.toThrow(
      "A tensor of one traced function was used in another.",
    );
    await keep.dispose();
  });
});

/** Options that are rejected before anything runs. */
const wrongOptions: readonly [string, () => unknown][] = [
  ["no options", () => undefined],
  ["null", () => null],
  ["options that are a promise", () => cpu()],
  ["no engine", () => ({})],
  ["an engine that is undefined", () => ({ engine: undefined })],
  ["an engine that is null", () => ({ engine: null })],
  ["an engine by name", () => ({ engine: "cpu" })],
  ["a promise of an engine", () => ({ engine: cpu() })],
  ["a promise that fails", () => ({ engine: Promise.reject(new Error("unheard")) })],
  ["a factory", () => ({ engine: cpu })],
  ["what selectEngine gives", () => ({ engine: { engine, considered: [] } })],
  ["the engine itself", () => engine],
  ["an unknown option", () => ({ engine, result: "device" })],
  ["an option that every object has", () => ({ engine, toString: true })],
  ["an option of another type", () => ({ engine, simplify: 1 })],
];

describe("options", () => {
  const callers: Readonly<Record<string, (options: unknown) => unknown>> = {
    compile: (options) => compile((x) => x, options as never),
    evaluate: (options) => evaluate(zeros([1]), options as never),
    explain: (options) => explain((x: Tensor) => x, options as never, [1]),
  };

  test.each(
    Object.keys(callers).flatMap((caller) => wrongOptions.map(([name, options]) => [caller, name, options] as const)),
  )("%s refuses %s", async (caller, _, options) => {
    await expect(async () => callers[caller]!(options())).rejects.toThrowErrorMatchingSnapshot();
  });

  test("compile refuses them at once", () => {
    expect(() => compile((x) => x, {} as never)).toThrow(DTypeError);
    expect(() => compile((x) => x, { engine, result: "device" } as never)).toThrow(OutOfRangeError);
    expect(() => compile(zeros([1]) as never, { engine })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: compile: fn must be a function, got the Tensor f32[1].]`,
    );
  });

  test("an option that is undefined is as good as none", async () => {
    const same = compile((x) => x, { engine, results: undefined, simplify: undefined } as never);
    expect((await same([1])).toArray()).toEqual([1]);
    await same.dispose();
  });
});

describe("evaluate", () => {
  test("compiles the same expression on other data once", async () => {
    const { engine: counting, compilations } = counted();
    for (let call = 0; call < 3; call++) {
      const value = await evaluate(
        zeros([2])
          .add([call, call + 1])
          .sum(),
        { engine: counting },
      );
      expect(value.item()).toBe(2 * call + 1);
    }
    expect(compilations()).toBe(1);
  });

  test("gives a record of arrays for a record of tensors", async () => {
    const { sum, parts } = await evaluate({ sum: zeros([2]).add(1).sum(), parts: [zeros([1]).exp()] }, { engine });
    expect([sum.item(), parts[0]!.item()]).toEqual([2, 1]);
  });
});

test("explain prints the graph and what the engine made of it", async () => {
  const text = await explain((x: Tensor) => x.mul(2).sum(), { engine }, { shape: [1000] });
  expect(text).toContain("input %x0 : f32[1000]");
  expect(text).toContain("cpu (");
});
