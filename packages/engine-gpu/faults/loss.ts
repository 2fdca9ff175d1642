/// <reference lib="dom" />
/** What happens to an engine whose context is lost? Only in pages: gl loses none. */
import { add, compile, exp, mul, ndarray } from "@symloss/core";
import { type FaultCases, makeContext, withEngine } from "./case.ts";
import { expectError, expectValues } from "./expect.ts";

export const lossFaults: FaultCases = {
  "a lost context is an error, and the next call runs on a new one": (setup) =>
    withEngine(setup, async (engine, lose) => {
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

  "a context that the browser takes away is an error, not zeros": (setup) =>
    withEngine(setup, async (engine) => {
      const kept = await engine.upload(ndarray([1, 2, 3]));
      // A browser keeps sixteen contexts and drops the oldest.
      const others = Array.from({ length: 24 }, () => makeContext(setup.mode));
      await new Promise((resolve) => setTimeout(resolve, 100));
      await expectError(() => kept.read(), "EngineError", "context");
      for (const other of others) other?.getExtension("WEBGL_lose_context")?.loseContext();
      expectValues(await compile((x) => add(x!, 1), { engine })([1, 2]), [2, 3]);
    }),

  "a context that is lost within a run is an error, not zeros": (setup) =>
    withEngine(setup, async (engine, lose) => {
      const twice = compile((x) => mul(x!, 2), { engine });
      const onDevice = compile((x) => mul(x!, 2), { engine, results: "device" });
      const reading = async () => (await engine.upload(ndarray([1, 2]))).read();
      const failing: [method: "drawArrays" | "readPixels", run: () => Promise<unknown>][] = [
        ["drawArrays", () => twice([1, 2, 3])],
        ["readPixels", () => twice([1, 2, 3])],
        ["drawArrays", () => onDevice([1, 2, 3])],
        ["readPixels", reading],
      ];
      // When a browser's graphics process dies, this is only reported in a later task: until then reads leave the array unchanged,
      // without an error.
      for (const run of [() => twice([1, 2, 3]), reading]) {
        expectValues(await twice([4, 5, 6]), [8, 10, 12]);
        const context = setup.watched.latest()!;
        context.readPixels = () => {};
        await expectError(run, "EngineError", "context");
      }
      for (const [method, run] of failing) {
        expectValues(await twice([4, 5, 6]), [8, 10, 12]);
        await onDevice([4, 5, 6]);
        const context = setup.watched.latest() as unknown as Record<string, (...values: unknown[]) => void>;
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

  "arrays on the device are refused after their context is lost": (setup) =>
    withEngine(setup, async (engine, lose) => {
      const held = await engine.upload(ndarray([1, 2, 3]));
      lose();
      await expectError(() => held.read(), "EngineError", "context");
      await expectError(() => compile((x) => exp(x!), { engine })(held), "EngineError", "context");
      held.dispose();
      expectValues(await compile((x) => add(x!, 1), { engine })(await engine.upload(ndarray([1, 2]))), [2, 3]);
    }),
};
