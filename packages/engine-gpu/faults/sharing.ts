/// <reference lib="dom" />
/** Does an engine stay right on a context that others use too, and leave their state alone? */
import { type DeviceArray, add, compile, mul, ndarray, softmax, sub, sum } from "@symloss/core";
import { gpu } from "@symloss/engine-gpu";
import { contextChanges, makeProgram } from "./context-changes.ts";
import { type FaultCases, compileAlone, makeContext, whole } from "./case.ts";
import { expectError, expectThat, expectValues } from "./expect.ts";

export const sharingFaults: FaultCases = {
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
    const tried: string[] = [];
    for (const [name, change] of Object.entries(contextChanges)) {
      const context = makeContext(mode)!;
      const engine = await gpu({ context });
      const steps = compile((x, y) => [add(x!, y!), sum(mul(x!, y!))], { engine });
      const onDevice = compile((x, y) => [mul(x!, y!), sub(x!, y!)], { engine, results: "device" });
      const [x, y] = [whole([5, 6], 7), whole([5, 6], 4)];
      await steps(y, y);
      if (change(context) === "absent") continue;
      tried.push(name);
      const held = await engine.upload(x);
      // Both compiling and running must cope with the change.
      const [product, difference] = (await onDevice(held, y)) as DeviceArray[];
      change(context);
      const results = [...(await steps(held, y)), { data: await held.read() }];
      change(context);
      results.push({ data: await product!.read() }, { data: await difference!.read() });
      const combine = (of: (left: number, right: number) => number): number[] =>
        [...x.data].map((value, index) => of(value, y.data[index]!));
      const products = combine((left, right) => left * right);
      const total = products.reduce((left, right) => left + right);
      const wants = [combine((a, b) => a + b), [total], [...x.data], products, combine((a, b) => a - b)];
      for (const [index, want] of wants.entries()) expectValues(results[index]!, want, `after ${name}, `);
      await engine.dispose();
      context.getExtension("WEBGL_lose_context")!.loseContext();
    }
    const least = mode === "webgl2" ? 30 : 18;
    expectThat(tried.length >= least, `${least} changes at least must be tried, got ${tried.join(", ")}`);
  },

  "a given context is given back: what was bound is bound, and nothing of the engine's": async ({ mode }) => {
    const gl = makeContext(mode)!;
    const engine = await gpu({ context: gl });
    const steps = compile((x) => [mul(x!, 2), sum(x!)], { engine });
    const onDevice = compile((x) => mul(x!, 3), { engine, results: "device" });
    const [program, buffer, framebuffer] = [makeProgram(gl, mode), gl.createBuffer(), gl.createFramebuffer()];
    const calls: Readonly<Record<string, () => unknown>> = {
      compile: () => steps([1, 2, 3]),
      run: () => steps([4, 5, 6]),
      runOnDevice: async () => (await onDevice([1, 2])).read(),
      upload: async () => (await engine.upload(ndarray([1, 2]))).read(),
      dispose: () => engine.dispose(),
    };
    for (const [name, call] of Object.entries(calls)) {
      gl.useProgram(program);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
      const vertices = gl.createVertexArray?.();
      gl.bindVertexArray?.(vertices!);
      await call();
      const expectBound = (what: string, parameter: number, want: unknown): void =>
        expectThat(gl.getParameter(parameter) === want, `after ${name}, the ${what} must be that from before`);
      expectBound("program", gl.CURRENT_PROGRAM, program);
      expectBound("buffer", gl.ARRAY_BUFFER_BINDING, buffer);
      expectBound("framebuffer", gl.FRAMEBUFFER_BINDING, framebuffer);
      if (vertices !== undefined) expectBound("vertex array", gl.VERTEX_ARRAY_BINDING, vertices);
      for (let unit = 0; unit < 16; unit++) {
        gl.activeTexture(gl.TEXTURE0 + unit);
        expectBound(`texture of unit ${unit}`, gl.TEXTURE_BINDING_2D, null);
      }
      expectThat(!gl.isEnabled(gl.SCISSOR_TEST), `after ${name}, the scissor test must be off`);
      expectThat(gl.getError() === gl.NO_ERROR, `after ${name}, there must be no error`);
    }
  },

  "a canvas without a context is a reason that is said once": async ({ mode }) => {
    const drawing = new OffscreenCanvas(1, 1);
    drawing.getContext("2d");
    const canvases: readonly unknown[] = [
      drawing,
      { getContext: () => null },
      { getContext: () => ({}) },
      {
        getContext() {
          throw new Error("no");
        },
      },
    ];
    for (const canvas of canvases) {
      const message = await expectError(
        () => gpu({ mode, canvas: canvas as OffscreenCanvas }),
        "EngineUnavailableError",
        `${mode}: `,
      );
      expectThat(message.lastIndexOf("gpu:") === 0 && !message.includes(".."), message);
    }
    const [context, another] = [makeContext(mode)!, new OffscreenCanvas(1, 1)];
    await expectError(() => gpu({ context, canvas: another }), "OutOfRangeError", "canvas must be the context's own");
    const engine = await gpu({ context, canvas: context.canvas as OffscreenCanvas, mode });
    expectValues(await compile((x) => add(x!, 1), { engine })([1]), [2]);
    await engine.dispose();
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
};
