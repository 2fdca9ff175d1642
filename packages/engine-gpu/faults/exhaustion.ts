/// <reference lib="dom" />
/** What happens to an engine when memory runs out, or device arrays are forgotten? Only in pages, where both can be provoked. */
import { type DeviceArray, type Tensor, add, compile, mul, ndarray, sum } from "@symloss/core";
import { type FaultCases, compileAlone, whole, withEngine } from "./case.ts";
import { expectError, expectThat, expectValues } from "./expect.ts";

export const exhaustionFaults: FaultCases = {
  "whatever runs out of memory is an error that leaves nothing behind": (setup) =>
    withEngine(setup, async (engine) => {
      const { watched } = setup;
      const unrelated = compile((x) => mul(x!, 2), { engine });
      const held = await engine.upload(whole([70], 9));
      await unrelated([1, 2]);
      const steps = (x: Tensor): Tensor[] => [mul(x, 3), add(x, 5), sum(mul(x, x)), x.max()];
      const calls: Readonly<Record<string, (size: number) => Promise<() => unknown>>> = {
        upload: async (size) => () => engine.upload(whole([size], 7)),
        "a first run": async (size) => () => compile((x) => steps(x!), { engine })(whole([size], 7)),
        "a run after compiling": async (size) => {
          const run = await compileAlone(engine, (x) => sum(x.reshape([size])), size);
          return () => run.run([whole([size], 7).data]);
        },
        "results on the device": async (size) => {
          const run = compile((x) => steps(x!), { engine, results: "device" });
          // The caller keeps the first results, so the next need textures.
          await run(whole([size], 7));
          return () => run(whole([size], 7));
        },
      };
      let size = 4000;
      for (const [name, prepareCall] of Object.entries(calls)) {
        let failures = 0;
        for (let number = 1; ; number++) {
          const call = await prepareCall((size += 4));
          const before = watched.live("Texture");
          const end = failAllocation(watched.latest()!, number);
          let failed = false;
          try {
            await call();
          } catch {
            failed = true;
          }
          const happened = end();
          expectThat(failed === happened, `${name} must fail just where memory ends, at ${number}`);
          if (!happened) break;
          failures++;
          const after = watched.live("Texture");
          expectThat(after === before, `after ${name}, at ${number}: ${before} textures are expected, got ${after}`);
          expectValues(await unrelated([1, 2]), [2, 4], `after ${name}, `);
          expectValues({ data: await held.read() }, [...whole([70], 9).data], `after ${name}, `);
        }
        if (name !== "a run after compiling") expectThat(failures > 0, `${name} must need memory`);
      }
      const end = failAllocation(watched.latest()!, 1);
      await expectError(() => engine.upload(whole([9], 7)), "EngineError", "upload: ran out of texture memory while");
      end();
    }),

  "forgotten handles are freed": (setup) =>
    withEngine(setup, async (engine) => {
      const { watched } = setup;
      const run = compile((x) => add(x!, 1), { engine, results: "device" });
      const kept = (await run([1, 2, 3])) as DeviceArray;
      const before = watched.live("Texture");
      const forget = async (): Promise<void> => {
        for (let index = 0; index < 100; index++) await engine.upload(ndarray([index]));
        for (let index = 0; index < 100; index++) await run([index, 1, 2]);
      };
      await forget();
      const collect = (globalThis as { gc?: () => void }).gc!;
      for (let rest = 200; rest > 0 && watched.live("Texture") > before + 2; rest--) {
        collect();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      // The last call may still refer to one of each.
      expectThat(
        watched.live("Texture") <= before + 2,
        `${before} textures are expected, got ${watched.live("Texture")}`,
      );
      expectValues({ data: await kept.read() }, [2, 3, 4]);
    }),
};

/**
 * Makes the context refuse one texture allocation after a number of them; the returned function ends that, and says whether it happened.
 */
function failAllocation(gl: WebGL2RenderingContext, number: number): () => boolean {
  const context = gl as unknown as Record<string, (...values: unknown[]) => unknown>;
  const allocating = "texStorage2D" in gl ? "texStorage2D" : "texImage2D";
  let count = 0;
  let isPending = false;
  const own = { [allocating]: context[allocating]!, getError: context["getError"]! };
  context[allocating] = (...values) => {
    if (++count !== number) return own[allocating]!.apply(context, values);
    isPending = true;
    return undefined;
  };
  context["getError"] = () => {
    if (!isPending) return own["getError"]!.apply(context);
    isPending = false;
    return gl.OUT_OF_MEMORY;
  };
  return () => {
    delete context[allocating];
    delete context["getError"];
    return count >= number;
  };
}
