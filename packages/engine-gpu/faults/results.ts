/// <reference lib="dom" />
/** Do results stay unchanged, whatever else the engine computes? */
import {
  type DeviceArray,
  type Tensor,
  add,
  argmax,
  broadcastTo,
  compile,
  exp,
  maximum,
  mul,
  ndarray,
  slice,
  sub,
  sum,
} from "@symloss/core";
import type { Executable } from "@symloss/core/engine";
import { gpu } from "@symloss/engine-gpu";
import { type FaultCases, compileAlone, whole, withEngine } from "./case.ts";
import { expectError, expectThat, expectValues } from "./expect.ts";

export const resultsFaults: FaultCases = {
  "another size after a first leaves nothing of it": (setup) =>
    withEngine(setup, async (engine) => {
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

  "an earlier result is not overwritten by a later run": (setup) =>
    withEngine(setup, async (engine) => {
      const twice = compile((x) => mul(x!, 2), { engine });
      const [first, second] = await Promise.all([twice([1, 2]), twice([3, 4])]);
      expectValues(first, [2, 4]);
      expectValues(second, [6, 8]);
    }),

  "a device array keeps its values while its maker runs again": (setup) =>
    withEngine(setup, async (engine) => {
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

  "plans that take turns keep their results apart": (setup) =>
    withEngine(setup, async (engine) => {
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

  "several results of one kernel stay apart, on the host and on the device": (setup) =>
    withEngine(setup, async (engine) => {
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

  "a product that is computed in parts is whole, on the host and on the device": (setup) =>
    withEngine(setup, async (engine) => {
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

  "small results that come down together are right": (setup) =>
    withEngine(setup, async (engine) => {
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

  "a plan that ends leaves the others drawing": (setup) =>
    withEngine(setup, async (engine) => {
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

  "a kernel that several plans run is compiled once, and each keeps its results": (setup) =>
    withEngine(setup, async (engine) => {
      const { shaders } = setup.watched;
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

  "kernels of one text for arrays of other sizes are told apart": (setup) =>
    withEngine(setup, async (engine) => {
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

  "an engine that computes one element a thread gives the same": (setup) =>
    withEngine(setup, async (packed) => {
      const single = await gpu({ mode: setup.mode, packed: false });
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
