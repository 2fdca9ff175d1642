/// <reference lib="dom" />
/** Are arrays right whatever their number and size? */
import {
  type Tensor,
  add,
  broadcastTo,
  compile,
  concat,
  exp,
  grad,
  mul,
  ndarray,
  slice,
  softmax,
  sum,
  takeAlongAxis,
  transpose,
} from "@symloss/core";
import { gpu } from "@symloss/engine-gpu";
import { type FaultCases, withEngine } from "./case.ts";
import { expectError, expectThat, expectValues } from "./expect.ts";

export const limitsFaults: FaultCases = {
  "a sum of forty arrays reads all of them": (setup) =>
    withEngine(setup, async (engine) => {
      const { mode, watched } = setup;
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
      // Software renderers have more texture units than most graphics cards.
      const most = mode === "webgl2" ? 15 : 7;
      for (const shader of watched.shaders) {
        const count = shader.match(/uniform .*sampler2D/g)?.length ?? 0;
        expectThat(count <= most, `a shader must read at most ${most} textures, got ${count}`);
      }
    }),

  "sixteen arrays in one formula are all read": (setup) =>
    withEngine(setup, async (engine) => {
      const product = compile((...xs: Tensor[]) => xs.reduce((left, right, index) => add(left, mul(right, index))), {
        engine,
      });
      for (const count of [7, 8, 15, 16, 17]) {
        const arrays = Array.from({ length: count }, (_, index) => ndarray([index, 1]));
        const want = arrays.slice(1).reduce((left, _, index) => left + (index + 1) ** 2, 0);
        expectValues(await product(...arrays), [want, 1 + (count * (count - 1)) / 2]);
      }
    }),

  "loops run to their end beyond a thousand turns": (setup) =>
    withEngine(setup, async (engine) => {
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

  "every shader computes in highp": (setup) =>
    withEngine(setup, async (engine) => {
      const { watched } = setup;
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

  "elements beyond 2^24 are where they belong": (setup) =>
    withEngine(setup, async (engine) => {
      const size = 2 ** 24 + 12;
      const values = new Float32Array(size);
      for (let index = 0; index < 12; index++) values[size - 12 + index] = index + 1;
      const ends = compile((x) => slice(x!, [size - 7], [size]), { engine });
      // WebGL 1 only has exact integers up to 2^24, and the engine must say so.
      if (setup.mode === "webgl") {
        await expectError(() => ends(values), "EngineError", "elements");
        return;
      }
      expectValues(await ends(values), [6, 7, 8, 9, 10, 11, 12]);
      const total = compile((x) => sum(x!), { engine });
      expectValues(await total(values), [78]);
    }),

  "indices of uneven shapes are exact": (setup) =>
    withEngine(setup, async (engine) => {
      const [rows, columns] = [1031, 1033];
      const x = Float32Array.from({ length: rows * columns }, (_, index) => index);
      const turned = await compile((t) => transpose(t!), { engine })(ndarray(x, [rows, columns]));
      let wrong = 0;
      for (let column = 0; column < columns; column++) {
        for (let row = 0; row < rows; row++) if (turned.data[column * rows + row] !== row * columns + column) wrong++;
      }
      expectThat(wrong === 0, `every element must be in its place, got ${wrong} that are not`);
    }),

  "elements beyond 2^23 are found by their index": (setup) =>
    withEngine(setup, async (engine) => {
      const first = 2 ** 23 - 2;
      const values = new Float32Array(2 ** 23 + 12);
      for (let index = first; index < values.length; index++) values[index] = index - first;
      const indices = Int32Array.from({ length: 14 }, (_, index) => first + index);
      const taken = await compile((x, i) => takeAlongAxis(x!, i!, 0), { engine })(values, indices);
      expectValues(taken, [...indices.keys()]);
    }),

  "axes longer than a texture's side are right": (setup) =>
    withEngine(setup, async (engine) => {
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

  "arrays without elements are right": (setup) =>
    withEngine(setup, async (engine) => {
      const empty = ndarray(new Float32Array(0), [0, 3]);
      const [same, total, joined] = await compile((x, y) => [exp(x!), sum(x!, 0), concat([x!, y!], 0)], { engine })(
        empty,
        ndarray([[1, 2, 3]]),
      );
      expectValues(same!, []);
      expectValues(total!, [0, 0, 0]);
      expectValues(joined!, [1, 2, 3]);
      const [held] = await compile((x) => [exp(x!)], { engine, results: "device" })(empty);
      expectValues({ data: await held!.read() }, []);
    }),

  "an array that no texture holds is an error": (setup) =>
    withEngine(setup, async (engine) => {
      const huge = compile((x) => broadcastTo(x!, [2 ** 16, 2 ** 16]), { engine });
      await expectError(() => huge([[1]]), "EngineError", "elements");
      expectValues(await compile((x) => add(x!, 1), { engine })([1]), [2]);
    }),

  "an upload of what does not fit is an error": (setup) =>
    withEngine(setup, async (engine) => {
      await expectError(() => engine.upload(ndarray(Float64Array.of(1 / 3))), "DTypeError", "upload");
      if (setup.mode === "webgl") {
        await expectError(() => engine.upload(ndarray(new Float32Array(2 ** 24 + 1))), "EngineError", "upload");
      }
      expectValues({ data: await (await engine.upload(ndarray([1, 2]))).read() }, [1, 2]);
    }),

  "NaN and infinities do not throw": (setup) =>
    withEngine(setup, async (engine) => {
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
};
