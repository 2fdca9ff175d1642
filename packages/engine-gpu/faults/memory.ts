/// <reference lib="dom" />
/** What does an engine hold, and does it free what it no longer needs? */
import { add, compile, mul, ndarray, softmax, sum } from "@symloss/core";
import { gpu } from "@symloss/engine-gpu";
import { type FaultCases, compileAlone, whole, withEngine } from "./case.ts";
import { expectError, expectThat, expectValues } from "./expect.ts";

export const memoryFaults: FaultCases = {
  "a thousand runs make no new WebGL objects": (setup) =>
    withEngine(setup, async (engine) => {
      const { watched } = setup;
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

  "disposing frees every WebGL object": async (setup) => {
    const { watched, mode } = setup;
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
    // Unused executables stay with their engine, and are freed with its context.
    expectThat(watched.live() <= before, `there must be ${before} objects, got ${watched.live()}`);
    await expectError(() => engine.upload(ndarray([1])), "DisposedError", "dispose");
  },

  "kernels that no plan runs are freed in the end, but never one that runs": (setup) =>
    withEngine(setup, async (engine) => {
      const { watched } = setup;
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

  "programs hold what they say, and the longest unused make room": (setup) =>
    withEngine(setup, async (engine) => {
      const { watched } = setup;
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
      // Each also holds a number of its own.
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
};
