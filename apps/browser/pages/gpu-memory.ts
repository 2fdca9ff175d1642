/// <reference lib="dom" />
/** What does engine-gpu hold, and what becomes of it where there is no more memory? */
import { type DeviceArray, type Tensor, add, compile, mul, ndarray, softmax, sum } from "@symloss/core";
import { gpu } from "@symloss/engine-gpu";
import type { GpuMemory } from "../src/gpu-case-names.ts";
import type { Report } from "../src/messages.ts";
import {
  type GpuCases,
  type Surroundings,
  compileAlone,
  expectError,
  expectThat,
  expectValues,
  runGpuCases,
  whole,
  withEngine,
} from "./gpu-checks.ts";

export default async function (mode: Surroundings["mode"], names: readonly GpuMemory[], report: Report): Promise<void> {
  await runGpuCases(cases, mode, names, report);
}

const cases: GpuCases<GpuMemory> = {
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

  "whatever runs out of memory is an error that leaves nothing behind": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const { watched } = surroundings;
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
          // The first results stay with their holder: the next need textures.
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

  "programs hold what they say, and the longest unused make room": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const { watched } = surroundings;
      const size = 2 ** 22;
      const textures = 16 * (size / 4) * 2;
      const programs = [];
      for (let index = 0; index < 12; index++) {
        programs.push(await compileAlone(engine, (x) => add(x, index + 1), size));
      }
      const x = whole([size], 1000);
      for (const [index, program] of programs.entries()) {
        const [result] = await program.run([x.data]);
        expectThat(result![size - 1] === x.data[size - 1]! + index + 1, `program ${index} must add ${index + 1}`);
        expectThat(program.bytes >= textures && program.bytes < 1.1 * textures, `got ${program.bytes} bytes`);
      }
      const held = programs.reduce((bytes, program) => bytes + program.bytes, 0);
      // Each has a number of its own besides.
      expectThat(held <= 2 ** 28 + 12 * 8, `256 MiB at most must be held, got ${held}`);
      expectThat(programs[0]!.bytes <= 8, "the longest unused must hold nothing");
      const before = watched.live("Texture");
      const [again] = await programs[0]!.run([x.data]);
      expectThat(again![3] === x.data[3]! + 1, "a program that made room must run again");
      expectThat(watched.live("Texture") <= before, `there must be ${before} textures, got ${watched.live("Texture")}`);
      for (const program of programs) await program.dispose();
      expectThat(
        programs.every(({ bytes }) => bytes === 0),
        "what is disposed must hold nothing",
      );
    }),

  "forgotten handles are freed": (surroundings) =>
    withEngine(surroundings, async (engine) => {
      const { watched } = surroundings;
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
      // One of each may still be known to the last call.
      expectThat(
        watched.live("Texture") <= before + 2,
        `${before} textures are expected, got ${watched.live("Texture")}`,
      );
      expectValues({ data: await kept.read() }, [2, 3, 4]);
    }),
};

/** Has the context refuse its next allocation of a texture but some; the returned function ends that, and says whether it came to it. */
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
