/** Does engine-gpu stay right, or say so, where gpu.js and WebGL fail without a word? */
import {
  type DeviceArray,
  type Tensor,
  add,
  argmax,
  broadcastTo,
  compile,
  concat,
  exp,
  grad,
  maximum,
  mul,
  ndarray,
  slice,
  softmax,
  sub,
  sum,
  takeAlongAxis,
  transpose,
} from "@symloss/core";
import type { Executable } from "@symloss/core/engine";
import { gpu } from "@symloss/engine-gpu";
import type { GpuFault } from "../src/gpu-case-names.ts";
import type { Report } from "../src/messages.ts";
import {
  type GpuCases,
  type Surroundings,
  compileAlone,
  expectError,
  expectThat,
  expectValues,
  makeContext,
  runGpuCases,
  whole,
  withEngine,
} from "./gpu-checks.ts";

export default async function (mode: Surroundings["mode"], names: readonly GpuFault[], report: Report): Promise<void> {
  await runGpuCases(cases, mode, names, report);
}

const cases: GpuCases<GpuFault> = {
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
      if (surroundings.mode === "webgl") {
        await expectError(() => ends(values), "EngineError", "elements");
        return;
      }
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
