/** Does engine-gpu stay right, or say so, where gpu.js and WebGL fail without a word? */
import {
  type DeviceArray,
  type Engine,
  type NDArray,
  type Tensor,
  add,
  argmax,
  broadcastTo,
  compile,
  concat,
  exp,
  expm1,
  grad,
  log,
  log1p,
  maximum,
  mul,
  ndarray,
  pow,
  slice,
  softmax,
  sub,
  sum,
  takeAlongAxis,
  tanh,
  transpose,
} from "@symloss/core";
import { type Executable, prepare, traceGraph } from "@symloss/core/engine";
import { type GpuOptions, gpu } from "@symloss/engine-gpu";
import type { GpuFault } from "../src/gpu-fault-names.ts";
import type { Report } from "../src/messages.ts";
import { runCases } from "./cases.ts";

export default async function (mode: "webgl2" | "webgl", names: readonly GpuFault[], report: Report): Promise<void> {
  const watched = watchWebGL();
  await runCases(
    names.map((name) => ({ name, run: () => cases[name]!({ mode, watched }) })),
    report,
  );
}

interface Surroundings {
  readonly mode: "webgl2" | "webgl";
  readonly watched: Watched;
}

const cases: Readonly<Record<GpuFault, (surroundings: Surroundings) => Promise<void>>> = {
  "a lost context is an error, and the next call runs on a new one": (surroundings) =>
    withEngine(surroundings, async (engine, lose) => {
      const twice = compile((x) => mul(x!, 2), { engine });
      expectValues(await twice([1, 2, 3]), [2, 4, 6]);
      lose();
      expectValues(await twice([4, 5, 6]), [8, 10, 12]);
      const [first, second] = [await engine.upload(ndarray([1, 2])), ndarray([1, 2, 3])];
      const losing = compile((x, y) => [mul(x!, 3), mul(y!, 3)], { engine });
      await losing([1], second);
      lose();
      await expectError(() => losing(first, second), "EngineError", "context");
      expectValues((await losing([1], second))[1]!, [3, 6, 9]);
    }),

  "a context that the browser takes away is an error, not zeros": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const kept = await engine.upload(ndarray([1, 2, 3]));
      // A browser keeps sixteen contexts and drops the oldest.
      const others = Array.from({ length: 24 }, () => makeContext(surroundings.mode));
      await new Promise((resolve) => setTimeout(resolve, 100));
      await expectError(() => kept.read(), "EngineError", "context");
      for (const other of others) other?.getExtension("WEBGL_lose_context")?.loseContext();
      expectValues(await compile((x) => add(x!, 1), { engine })([1, 2]), [2, 3]);
    }),

  "a context that is lost within a run is an error, not zeros": (surroundings) =>
    withEngine(surroundings, async (engine, lose) => {
      const twice = compile((x) => mul(x!, 2), { engine });
      const onDevice = compile((x) => mul(x!, 2), { engine, results: "device" });
      const reading = async () => (await engine.upload(ndarray([1, 2]))).read();
      const failing: [method: "drawArrays" | "readPixels", run: () => Promise<unknown>][] = [
        ["drawArrays", () => twice([1, 2, 3])],
        ["readPixels", () => twice([1, 2, 3])],
        ["drawArrays", () => onDevice([1, 2, 3])],
        ["readPixels", reading],
      ];
      // When a browser's graphics process dies, it tells of it in a later task only: until then nothing is read, without an error.
      for (const run of [() => twice([1, 2, 3]), reading]) {
        expectValues(await twice([4, 5, 6]), [8, 10, 12]);
        const context = surroundings.watched.latest()!;
        context.readPixels = () => {};
        await expectError(run, "EngineError", "context");
      }
      for (const [method, run] of failing) {
        expectValues(await twice([4, 5, 6]), [8, 10, 12]);
        await onDevice([4, 5, 6]);
        const context = surroundings.watched.latest() as unknown as Record<string, (...values: unknown[]) => void>;
        const native = context[method]!;
        context[method] = (...values) => {
          context[method] = native;
          lose();
          native.apply(context, values);
        };
        await expectError(run, "EngineError", "context");
      }
      expectValues(await twice([4, 5, 6]), [8, 10, 12]);
    }),

  "arrays on the device are refused after their context is lost": (surroundings) =>
    withEngine(surroundings, async (engine, lose) => {
      const held = await engine.upload(ndarray([1, 2, 3]));
      lose();
      await expectError(() => held.read(), "EngineError", "context");
      await expectError(() => compile((x) => exp(x!), { engine })(held), "EngineError", "context");
      held.dispose();
      expectValues(await compile((x) => add(x!, 1), { engine })(await engine.upload(ndarray([1, 2]))), [2, 3]);
    }),

  "a sum of forty arrays reads all of them": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const { mode, watched } = surroundings;
      watched.shaders.length = 0;
      const arrays = Array.from({ length: 40 }, (_, index) => ndarray([index, 1, 2, 3, 4]));
      const total = compile((...xs: Tensor[]) => xs.reduce((left, right) => add(left, right)), { engine });
      expectValues(await total(...arrays), [780, 40, 80, 120, 160]);
      const joined = compile((...xs: Tensor[]) => concat(xs, 0), { engine });
      expectValues(
        await joined(...arrays),
        arrays.flatMap(({ data }) => [...data]),
      );
      const rows = compile((...xs: Tensor[]) => xs.map((x, index) => sum(mul(x, xs[39 - index]!), 1)).reduce(add), {
        engine,
      });
      const counts = arrays.map((_, index) => ndarray(new Float32Array(20).fill(index), [4, 5]));
      const want = counts.reduce((left, _, index) => left + 5 * index * (39 - index), 0);
      expectValues(await rows(...counts), [want, want, want, want]);
      // Renderers in software have more units than most graphics cards.
      const most = mode === "webgl2" ? 15 : 7;
      for (const shader of watched.shaders) {
        const count = shader.match(/uniform .*sampler2D/g)?.length ?? 0;
        expectThat(count <= most, `a shader must read at most ${most} textures, got ${count}`);
      }
    }),

  "sixteen arrays in one formula are all read": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const product = compile((...xs: Tensor[]) => xs.reduce((left, right, index) => add(left, mul(right, index))), {
        engine,
      });
      for (const count of [7, 8, 15, 16, 17]) {
        const arrays = Array.from({ length: count }, (_, index) => ndarray([index, 1]));
        const want = arrays.slice(1).reduce((left, _, index) => left + (index + 1) ** 2, 0);
        expectValues(await product(...arrays), [want, 1 + (count * (count - 1)) / 2]);
      }
    }),

  "loops run to their end beyond a thousand turns": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      for (const length of [1001, 4099, 12289]) {
        const x = ndarray(
          Float32Array.from({ length: 3 * length }, (_, index) => index % 5),
          [3, length],
        );
        const rows = [0, 1, 2].map((row) =>
          [...x.data].slice(row * length, (row + 1) * length).reduce((left, right) => left + right, 0),
        );
        expectValues(await compile((t) => sum(t!, 1), { engine })(x), rows);
        expectValues(await compile((t) => sum(transpose(t!), 0), { engine })(x), rows);
      }
    }),

  "every shader computes in highp": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const { watched } = surroundings;
      watched.shaders.length = 0;
      await compile((x) => [softmax(x!), sum(exp(x!))], { engine })(ndarray(new Float32Array(12), [3, 4]));
      expectThat(watched.shaders.length >= 2, `there must be shaders, got ${watched.shaders.length}`);
      for (const shader of watched.shaders) {
        if (!shader.includes("kernelResult")) continue;
        expectThat(
          /precision highp float;/.test(shader) && /precision highp int;/.test(shader),
          "highp must be declared",
        );
        expectThat(!/\b(lowp|mediump)\b/.test(shader), "no lower precision must be declared");
      }
    }),

  "elements beyond 2^24 are where they belong": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const size = 2 ** 24 + 12;
      const values = new Float32Array(size);
      for (let index = 0; index < 12; index++) values[size - 12 + index] = index + 1;
      const ends = compile((x) => slice(x!, [size - 7], [size]), { engine });
      // WebGL 1 knows integers to 2^24 alone, and must say so.
      if (surroundings.mode === "webgl") return expectError(() => ends(values), "EngineError", "elements");
      expectValues(await ends(values), [6, 7, 8, 9, 10, 11, 12]);
      const total = compile((x) => sum(x!), { engine });
      expectValues(await total(values), [78]);
    }),

  "indices of uneven shapes are exact": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const [rows, columns] = [1031, 1033];
      const x = Float32Array.from({ length: rows * columns }, (_, index) => index);
      const turned = await compile((t) => transpose(t!), { engine })(ndarray(x, [rows, columns]));
      let wrong = 0;
      for (let column = 0; column < columns; column++) {
        for (let row = 0; row < rows; row++) if (turned.data[column * rows + row] !== row * columns + column) wrong++;
      }
      expectThat(wrong === 0, `every element must be in its place, got ${wrong} that are not`);
    }),

  "elements beyond 2^23 are found by their index": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const first = 2 ** 23 - 2;
      const values = new Float32Array(2 ** 23 + 12);
      for (let index = first; index < values.length; index++) values[index] = index - first;
      const indices = Int32Array.from({ length: 14 }, (_, index) => first + index);
      const taken = await compile((x, i) => takeAlongAxis(x!, i!, 0), { engine })(values, indices);
      expectValues(taken, [...indices.keys()]);
    }),

  "axes longer than a texture's side are right": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      for (const shape of [[70001, 3], [3, 70001], [70001], [1, 70001, 1]]) {
        const x = ndarray(
          Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, index) => index % 97),
          shape,
        );
        const plus = await compile((t) => add(t!, 1), { engine })(x);
        expectValues(
          plus,
          [...x.data].map((value) => value + 1),
        );
      }
    }),

  "another size after a first leaves nothing of it": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const twice = compile((x) => mul(x!, 2), { engine });
      expectValues(
        await twice(new Float32Array(9).fill(1)),
        Array.from({ length: 9 }, () => 2),
      );
      expectValues(await twice([3, 3]), [6, 6]);
      expectValues(
        await twice(new Float32Array(17).fill(5)),
        Array.from({ length: 17 }, () => 10),
      );
      expectValues(
        await twice(new Float32Array(9).fill(4)),
        Array.from({ length: 9 }, () => 8),
      );
    }),

  "an earlier result is not overwritten by a later run": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const twice = compile((x) => mul(x!, 2), { engine });
      const [first, second] = await Promise.all([twice([1, 2]), twice([3, 4])]);
      expectValues(first, [2, 4]);
      expectValues(second, [6, 8]);
    }),

  "a device array keeps its values while its maker runs again": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const next = compile((x) => [add(x!, 1), sum(x!)], { engine, results: "device" });
      const [first, total] = (await next([1, 2, 3])) as DeviceArray[];
      const [second] = (await next(first!)) as DeviceArray[];
      await next([7, 7, 7]);
      expectValues({ data: await first!.read() }, [2, 3, 4]);
      expectValues({ data: await second!.read() }, [3, 4, 5]);
      expectValues({ data: await total!.read() }, [6]);
      first!.dispose();
      first!.dispose();
      await expectError(() => first!.read(), "DisposedError", "dispose");
    }),

  "powers of negative numbers, tails and small arguments are right": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const run = compile(
        (x, y, z) => [pow(x!, y!), tanh(mul(x!, 50)), expm1(mul(x!, 1e-6)), log1p(mul(x!, 1e-6)), log(z!)],
        { engine },
      );
      const x = [-2, -3, 2, -1, 3];
      const z = Float32Array.of(0.99998, 0.9999, 1.00001, 0.71, 1.3);
      const [powers, tails, small, logs, nearOne] = await run(x, [3, 2, -2, 5, 0.5], z);
      const close = (got: NDArray, want: readonly number[]) => {
        for (const [index, value] of want.entries()) {
          expectThat(
            Math.abs(got.data[index]! - value) <= 2e-6 * Math.abs(value),
            `${value} is expected, got ${got.data[index]}`,
          );
        }
      };
      close(powers!, [-8, 9, 0.25, -1, Math.sqrt(3)]);
      close(tails!, [-1, -1, 1, -1, 1]);
      close(
        small!,
        x.map((value) => Math.expm1(Math.fround(value * Math.fround(1e-6)))),
      );
      close(
        logs!,
        x.map((value) => Math.log1p(Math.fround(value * Math.fround(1e-6)))),
      );
      close(nearOne!, [...z].map(Math.log));
    }),

  "logarithms of negative numbers are NaN": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const logs = compile((x) => [log(x!), log1p(sub(x!, 1))], { engine });
      for (const { data } of await logs([-2, -1, -0.75, -1e-3, -1e38, 1])) {
        expectThat(
          data.slice(0, 5).every((value) => Number.isNaN(value)) && data[5] === 0,
          `NaN five times and 0 are expected, got ${data.join(", ")}`,
        );
      }
    }),

  "arrays without elements are right": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const empty = ndarray(new Float32Array(0), [0, 3]);
      const [same, total, joined] = await compile((x, y) => [exp(x!), sum(x!, 0), concat([x!, y!], 0)], { engine })(
        empty,
        ndarray([[1, 2, 3]]),
      );
      expectValues(same!, []);
      expectValues(total!, [0, 0, 0]);
      expectValues(joined!, [1, 2, 3]);
      const [held] = (await compile((x) => [exp(x!)], { engine, results: "device" })(empty)) as DeviceArray[];
      expectValues({ data: await held!.read() }, []);
    }),

  "an array that no texture holds is an error": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const huge = compile((x) => broadcastTo(x!, [2 ** 16, 2 ** 16]), { engine });
      await expectError(() => huge([[1]]), "EngineError", "elements");
      expectValues(await compile((x) => add(x!, 1), { engine })([1]), [2]);
    }),

  "an upload of what does not fit is an error": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      await expectError(() => engine.upload(ndarray(Float64Array.of(1 / 3))), "DTypeError", "upload");
      if (surroundings.mode === "webgl") {
        await expectError(() => engine.upload(ndarray(new Float32Array(2 ** 24 + 1))), "EngineError", "upload");
      }
      expectValues({ data: await (await engine.upload(ndarray([1, 2]))).read() }, [1, 2]);
    }),

  "NaN and infinities do not throw": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const loss = (x: Tensor) => sum(softmax(x));
      await compile((x) => [loss(x!), grad(loss)(x!)], { engine })([NaN, Infinity, -Infinity, 1]);
      expectValues(await compile((x) => add(x!, 1), { engine })([1]), [2]);
    }),

  "a thousand runs make no new WebGL objects": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const { watched } = surroundings;
      const step = compile((x, y) => [sum(mul(softmax(x!), y!)), mul(softmax(x!), y!), add(x!, y!), mul(x!, y!)], {
        engine,
      });
      const x = ndarray(
        Float32Array.from({ length: 60 }, (_, index) => index % 7),
        [5, 12],
      );
      const outputs = [1, 60, 60, 60].map((size) => new Float32Array(size));
      await step.into(outputs as never, x, x);
      const before = watched.live();
      for (let run = 0; run < 1000; run++) await step.into(outputs as never, x, x);
      expectThat(watched.live() === before, `there must be ${before} objects, got ${watched.live()}`);
      const onDevice = compile((t) => [softmax(t!), mul(t!, 2), mul(t!, 3)], { engine, results: "device" });
      for (const result of await onDevice(x)) result.dispose();
      const held = watched.live();
      for (let run = 0; run < 100; run++) for (const result of await onDevice(x)) result.dispose();
      expectThat(watched.live() === held, `there must be ${held} objects, got ${watched.live()}`);
    }),

  "disposing frees every WebGL object": async (surroundings) => {
    const { watched, mode } = surroundings;
    await (await gpu({ mode })).dispose();
    const before = watched.live();
    const engine = await gpu({ mode });
    const handle = await engine.upload(ndarray([1, 2, 3]));
    const step = compile((x) => [softmax(x!), sum(x!)], { engine });
    await step(handle);
    handle.dispose();
    await step.dispose();
    await engine.dispose();
    await engine.dispose();
    // Executables that nobody uses stay with their engine, and end with its context.
    expectThat(watched.live() <= before, `there must be ${before} objects, got ${watched.live()}`);
    await expectError(() => engine.upload(ndarray([1])), "DisposedError", "dispose");
  },

  "the page's own GPU stays what it was": async ({ mode }) => {
    const before = Object.getOwnPropertyDescriptor(globalThis, "GPU");
    await (await gpu({ mode })).dispose();
    const after = Object.getOwnPropertyDescriptor(globalThis, "GPU");
    expectThat(before?.value === after?.value && before?.get === after?.get, "globalThis.GPU must not change");
    expectThat(
      !String((globalThis as { GPU?: unknown }).GPU).includes("createKernel"),
      "globalThis.GPU must not be that of gpu.js",
    );
    expectThat(!("glWiretap" in globalThis), "nothing else of gpu.js must be global");
  },

  "a given context is used, and its loss is said": async ({ mode, watched }) => {
    const context = makeContext(mode)!;
    const before = watched.live();
    const first = await gpu({ context });
    const run = await compileAlone(first, (x) => add(x, 1), 3);
    await first.dispose();
    await run.dispose();
    expectThat(watched.live() === before, `there must be ${before} objects, got ${watched.live()}`);
    const engine = await gpu({ context });
    const twice = compile((x) => mul(x!, 2), { engine });
    expectValues(await twice([1, 2]), [2, 4]);
    context.getExtension("WEBGL_lose_context")!.loseContext();
    await expectError(() => twice([1, 2]), "EngineError", "context");
    await expectError(() => twice([1, 2]), "EngineError", "make another engine");
    await engine.dispose();
  },

  "an engine on a given context ends with all that it made there": async ({ mode, watched }) => {
    const context = makeContext(mode)!;
    const before = watched.live();
    const engine = await gpu({ context });
    const held = await engine.upload(ndarray([1, 2, 3]));
    const [result] = await compile((x) => [softmax(x!), sum(x!)], { engine, results: "device" })(held);
    await compile((x) => [softmax(x!), sum(x!)], { engine })([1, 2]);
    await engine.dispose();
    expectThat(watched.live() === before, `there must be ${before} objects, got ${watched.live()}`);
    await expectError(() => held.read(), "DisposedError", "engine");
    await expectError(() => result!.read(), "DisposedError", "engine");
    held.dispose();
    result!.dispose();
    expectThat(context.getError() === context.NO_ERROR, "WebGL must have refused nothing");
  },

  "a given context gives right results whatever else is done with it": async ({ mode }) => {
    for (const [name, change] of Object.entries(contextChanges)) {
      const context = makeContext(mode)!;
      const engine = await gpu({ context });
      const steps = compile((x, y) => [add(x!, y!), sum(mul(x!, y!))], { engine });
      const [x, y] = [whole([5, 6], 7), whole([5, 6], 4)];
      await steps(y, y);
      change(context);
      const held = await engine.upload(x);
      const results = [...(await steps(held, y)), { data: await held.read() }];
      const sums = x.data.map((value, index) => value + y.data[index]!);
      const total = x.data.reduce((left, value, index) => left + value * y.data[index]!, 0);
      for (const [index, want] of [[...sums], [total], [...x.data]].entries()) {
        expectValues(results[index]!, want, `after ${name}, `);
      }
      await engine.dispose();
      context.getExtension("WEBGL_lose_context")!.loseContext();
    }
  },

  "engines on one context leave each other alone": async ({ mode }) => {
    const context = makeContext(mode)!;
    const [one, other] = [await gpu({ context }), await gpu({ context })];
    const [first, second] = [one, other].map((engine) => compile((x) => [mul(x!, 2), sum(x!)], { engine }));
    const check = async (step: typeof first, size: number): Promise<void> => {
      const x = whole([size], 5);
      const [twice, total] = await step!(x);
      expectValues(
        twice!,
        [...x.data].map((value) => 2 * value),
      );
      expectValues(total!, [x.data.reduce((left, value) => left + value)]);
    };
    for (const size of [9, 10_000, 11]) {
      await check(first, size);
      await check(second, size);
    }
    await check(first, 10_000);
    await other.dispose();
    await check(first, 9);
    await check(first, 50);
    await one.dispose();
  },

  "plans that take turns keep their results apart": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const steps = [1, 2, 3, 5, 8, 13, 21, 34].map((size) => ({
        x: Float32Array.from({ length: size * 4 }, (_, index) => index % 11),
        run: compile((x) => [sum(exp(x!)), mul(x!, size)], { engine }),
        size,
      }));
      for (let round = 0; round < 3; round++) {
        for (const { x, run, size } of steps) {
          const [total, scaled] = await run(x);
          const want = x.reduce((left, value) => left + Math.exp(value), 0);
          expectThat(Math.abs(total!.item() - want) <= 1e-5 * want, `${want} is expected, got ${total!.item()}`);
          expectValues(
            scaled!,
            [...x].map((value) => value * size),
          );
        }
      }
    }),

  "several results of one kernel stay apart, on the host and on the device": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const steps = (x: Tensor, y: Tensor) => [add(x, y), mul(x, y), sub(x, y), maximum(x, y)];
      const hostStep = compile((x, y) => steps(x!, y!), { engine });
      const deviceStep = compile((x, y) => steps(x!, y!), { engine, results: "device" });
      for (const shape of [[37, 64], [1], [3], [5]]) {
        const [x, y] = [whole(shape, 13), whole(shape, 7)];
        const want = [...x.data].map((left, index) => {
          const right = y.data[index]!;
          return [left + right, left * right, left - right, Math.max(left, right)];
        });
        const column = (index: number): number[] => want.map((row) => row[index]!);
        for (const [index, result] of (await hostStep(x, y)).entries()) expectValues(result, column(index));
        const first = await deviceStep(x, y);
        const second = await deviceStep(first[0]!, first[3]!);
        for (const result of await deviceStep(y, y)) result.dispose();
        for (const [index, result] of first.entries()) expectValues({ data: await result.read() }, column(index));
        expectValues(
          { data: await second[2]!.read() },
          want.map((row) => row[0]! - row[3]!),
        );
      }
    }),

  "a product that is computed in parts is whole, on the host and on the device": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const [x, y] = [whole([256, 12], 13), whole([12, 256], 7)];
      const twice = ndarray(
        y.data.map((value) => 2 * value),
        [12, 256],
      );
      const want = Array.from({ length: 256 * 256 }, (_, index) => {
        const [row, column] = [Math.floor(index / 256), index % 256];
        return Array.from({ length: 12 }, (_, k) => x.data[row * 12 + k]! * y.data[k * 256 + column]!).reduce(
          (left, right) => left + right,
        );
      });
      expectValues(await compile((x, y) => x!.matmul(y!), { engine })(x, y), want);
      const onDevice = compile((x, y) => x!.matmul(y!), { engine, results: "device" });
      const first = await onDevice(x, y);
      (await onDevice(x, twice)).dispose();
      const second = await onDevice(x, twice);
      expectValues({ data: await first.read() }, want);
      expectValues(
        { data: await second.read() },
        want.map((value) => 2 * value),
      );
    }),

  "small results that come down together are right": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const x = whole([50, 12], 11);
      const rows = Array.from({ length: 50 }, (_, row) => [...x.data.subarray(12 * row, 12 * row + 12)]);
      const columns = Array.from({ length: 12 }, (_, column) => rows.map((row) => row[column]!));
      const add = (values: readonly number[]): number => values.reduce((left, right) => left + right);
      const want = [
        [add(rows.map(add))],
        rows.map(add),
        columns.map(add),
        rows.map((row) => Math.max(...row)),
        [Math.max(...x.data)],
        [...x.data].map((value) => 2 * value),
        [...x.data],
      ];
      const run = compile((x) => [sum(x!), sum(x!, 1), sum(x!, 0), x!.max(1), x!.max(), x!.mul(2), x!], { engine });
      for (const scale of [1, 3]) {
        const results = await run(
          ndarray(
            x.data.map((value) => scale * value),
            [50, 12],
          ),
        );
        for (const [index, result] of results.entries()) {
          expectValues(
            result,
            want[index]!.map((value) => scale * value),
          );
        }
      }
    }),

  "a plan that ends leaves the others drawing": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const first = await compileAlone(engine, (x) => add(x, 1), 3);
      const last = await compileAlone(engine, (x) => mul(x, 2), 3);
      await first.run([Float32Array.of(1, 2, 3)]);
      await last.run([Float32Array.of(1, 2, 3)]);
      await last.dispose();
      expectValues({ data: (await first.run([Float32Array.of(5, 6, 7)]))[0]! }, [6, 7, 8]);
      await first.dispose();
      const again = await compileAlone(engine, (x) => add(x, 1), 3);
      expectValues({ data: (await again.run([Float32Array.of(2, 3, 4)]))[0]! }, [3, 4, 5]);
    }),

  "a kernel that several plans run is compiled once, and each keeps its results": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const { shaders } = surroundings.watched;
      const step = (x: Tensor): Tensor => mul(add(x, 3), 5);
      const [one, other] = [await compileAlone(engine, step, 4), await compileAlone(engine, step, 4)];
      const compiled = shaders.length;
      const onDevice = async (run: Executable, ...values: number[]) =>
        (await run.runOnDevice([Float32Array.from(values)]))[0]!;
      const first = await onDevice(one, 1, 2, 3, 4);
      const second = await onDevice(other, 5, 6, 7, 8);
      const third = await onDevice(one, 0, 0, 0, 0);
      expectValues({ data: (await other.run([Float32Array.of(9, 9, 9, 9)]))[0]! }, [60, 60, 60, 60]);
      expectThat(shaders.length === compiled, `no shader must be compiled again, got ${shaders.length - compiled}`);
      await one.dispose();
      expectValues({ data: (await other.run([Float32Array.of(1, 1, 1, 1)]))[0]! }, [20, 20, 20, 20]);
      expectValues({ data: await first.read() }, [20, 25, 30, 35]);
      expectValues({ data: await second.read() }, [40, 45, 50, 55]);
      expectValues({ data: await third.read() }, [15, 15, 15, 15]);
      await other.dispose();
      expectValues({ data: await second.read() }, [40, 45, 50, 55]);
    }),

  "kernels of one text for arrays of other sizes are told apart": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const row = compile((x) => slice(x!, [1, 0], [2, 64]), { engine });
      const repeated = [4, 8].map((rows) => compile((x) => broadcastTo(x!, [rows, 64]), { engine }));
      for (const rows of [4, 8, 4]) {
        const x = whole([rows, 64], 101);
        expectValues(await row(x), [...x.data.subarray(64, 128)]);
      }
      const x = whole([64], 101);
      for (const repeat of repeated) {
        const { data, shape } = await repeat(x);
        expectValues(
          { data },
          Array.from({ length: 64 * shape[0]! }, (_, index) => x.data[index % 64]!),
        );
      }
    }),

  "kernels that no plan runs are freed in the end, but never one that runs": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const { watched } = surroundings;
      const [kept, other] = [
        await compileAlone(engine, (x) => add(x, 0.5), 3),
        await compileAlone(engine, (x) => add(x, 0.5), 3),
      ];
      await other.dispose();
      const counts: number[] = [];
      for (let index = 1; index <= 270; index++) {
        await (await compileAlone(engine, (x) => add(x, index), 3)).dispose();
        counts.push(watched.live());
      }
      expectThat(counts[259] === counts[269], `there must be ${counts[259]} objects, got ${counts[269]}`);
      expectValues({ data: (await kept.run([Float32Array.of(1, 2, 3)]))[0]! }, [1.5, 2.5, 3.5]);
      await kept.dispose();
    }),

  "an engine that computes one element a thread gives the same": (surroundings) =>
    withEngine(surroundings, async (packed) => {
      const single = await gpu({ mode: surroundings.mode, packed: false });
      const [x, y] = [whole([37, 12], 11), whole([12, 37], 7)];
      const steps = (x: Tensor, y: Tensor) => [x.matmul(y), sum(x, 0), sum(x), x.max(1), argmax(x, 1), mul(x, 2)];
      const want = await compile((x, y) => steps(x!, y!), { engine: packed })(x, y);
      const got = await compile((x, y) => steps(x!, y!), { engine: single })(x, y);
      const held = await compile((x, y) => steps(x!, y!), { engine: single, results: "device" })(x, y);
      const again = await compile((x) => mul(x!, 1), { engine: single })(held[0]!);
      for (const [index, { data }] of want.entries()) {
        expectValues(got[index]!, [...data]);
        expectValues({ data: await held[index]!.read() }, [...data]);
      }
      expectValues(again, [...want[0]!.data]);
      await single.dispose();
    }),
};

/** What others may leave of a context that they share with an engine. */
const contextChanges: Readonly<Record<string, (gl: WebGL2RenderingContext) => void>> = {
  blending(gl) {
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE);
  },
  culling(gl) {
    gl.enable(gl.CULL_FACE);
    gl.cullFace(gl.FRONT_AND_BACK);
  },
  "a mask": (gl) => gl.colorMask(true, false, true, false),
  "a viewport": (gl) => gl.viewport(0, 0, 1, 1),
  "premultiplied alpha": (gl) => gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true),
  "other vertices"(gl) {
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, 256, gl.STATIC_DRAW);
    for (const location of [0, 1]) gl.vertexAttribPointer(location, 3, gl.FLOAT, false, 0, 0);
  },
  "no vertices": (gl) => [0, 1].forEach((location) => gl.disableVertexAttribArray(location)),
  "an error": (gl) => gl.enable(gl.NO_ERROR),
  "vertices of its own": (gl) => gl.bindVertexArray?.(gl.createVertexArray()),
  "buffers for pixels"(gl) {
    if (!("PIXEL_PACK_BUFFER" in gl)) return;
    for (const target of [gl.PIXEL_PACK_BUFFER, gl.PIXEL_UNPACK_BUFFER]) {
      gl.bindBuffer(target, gl.createBuffer());
      gl.bufferData(target, 4096, gl.STREAM_DRAW);
    }
  },
  "rows of pixels"(gl) {
    if (!("PACK_ROW_LENGTH" in gl)) return;
    gl.pixelStorei(gl.PACK_ROW_LENGTH, 100);
    gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, 1);
  },
  "a sampler"(gl) {
    if (!("createSampler" in gl)) return;
    const sampler = gl.createSampler()!;
    gl.samplerParameteri(sampler, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    for (const unit of [0, 1]) gl.bindSampler(unit, sampler);
  },
  "no rasterizer": (gl) => "RASTERIZER_DISCARD" in gl && gl.enable(gl.RASTERIZER_DISCARD),
  "nothing to read": (gl) => gl.readBuffer?.(gl.NONE),
};

/** An executable that nothing else shares. */
async function compileAlone(engine: Engine, fn: (x: Tensor) => Tensor, size: number): Promise<Executable> {
  const graph = traceGraph("test", ({ x }: { x: Tensor }) => fn(x), { x: { shape: [size] } });
  return engine.compile(prepare(graph, engine));
}

/** Whole numbers below a limit, so that sums of them are exact. */
function whole(shape: readonly number[], limit: number): NDArray & { readonly data: Float32Array } {
  const size = shape.reduce((left, right) => left * right);
  return ndarray(
    Float32Array.from({ length: size }, (_, index) => (index * 5) % limit),
    [...shape],
  ) as NDArray & { readonly data: Float32Array };
}

async function withEngine(
  { mode, watched }: Surroundings,
  use: (engine: Engine, lose: () => void) => Promise<void>,
): Promise<void> {
  const options: GpuOptions = { mode };
  const engine = await gpu(options);
  try {
    await use(engine, () => watched.latest()!.getExtension("WEBGL_lose_context")!.loseContext());
  } finally {
    await engine.dispose();
  }
}

function makeContext(mode: Surroundings["mode"]): WebGL2RenderingContext | null {
  return new OffscreenCanvas(1, 1).getContext(mode) as WebGL2RenderingContext | null;
}

function expectThat(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

function expectValues({ data }: { readonly data: ArrayLike<number> }, want: readonly number[], where = ""): void {
  expectThat(data.length === want.length, `${where}${want.length} elements are expected, got ${data.length}`);
  const index = want.findIndex((value, position) => data[position] !== value);
  expectThat(index === -1, `${where}${want[index]} is expected at ${index}, got ${data[index]}`);
}

async function expectError(run: () => unknown, name: string, word: string): Promise<void> {
  let thrown: unknown;
  try {
    await run();
  } catch (error) {
    thrown = error;
  }
  const { name: got, message } = thrown instanceof Error ? thrown : { name: typeof thrown, message: String(thrown) };
  expectThat(got === name && message.includes(word), `a ${name} about "${word}" is expected, got ${got}: ${message}`);
}

/** What the page's WebGL contexts are asked. */
interface Watched {
  /** Objects of contexts that are not lost, made and not yet freed. */
  live(): number;
  /** The context on which the newest object was made. */
  latest(): WebGL2RenderingContext | undefined;
  readonly shaders: string[];
}

function watchWebGL(): Watched {
  const objects = new Map<object, WebGL2RenderingContext>();
  const shaders: string[] = [];
  for (const { prototype } of [WebGL2RenderingContext, WebGLRenderingContext]) {
    const methods = prototype as unknown as Record<
      string,
      (this: WebGL2RenderingContext, ...values: unknown[]) => unknown
    >;
    for (const kind of ["Buffer", "Framebuffer", "Program", "Shader", "Texture"]) {
      const [create, free] = [methods[`create${kind}`]!, methods[`delete${kind}`]!];
      methods[`create${kind}`] = function (...values) {
        const made = create.apply(this, values) as object | null;
        if (made !== null) objects.set(made, this);
        return made;
      };
      methods[`delete${kind}`] = function (...values) {
        objects.delete(values[0] as object);
        return free.apply(this, values);
      };
    }
    const setSource = methods["shaderSource"]!;
    methods["shaderSource"] = function (...values) {
      shaders.push(String(values[1]));
      return setSource.apply(this, values);
    };
  }
  const count = (): number => [...objects.values()].filter((context) => !context.isContextLost()).length;
  return { live: count, latest: () => [...objects.values()].at(-1), shaders };
}
