/** Do engines on contexts of their own leave each other alone? */
import { compile, mul, ndarray, sum } from "@symloss/core";
import { gpu } from "@symloss/engine-gpu";
import { expect, test } from "vitest";

test("twenty engines that take turns keep their arrays and results apart, also when others end", async () => {
  const engines = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const engine = await gpu({ mode: "headlessgl" });
      const held = await engine.upload(ndarray([index, 1, 2]));
      const step = compile((x) => [mul(x!, index), sum(x!)], { engine });
      return { engine, held, step, index };
    }),
  );
  const round = async (some: typeof engines): Promise<void> => {
    for (const { held, step, index } of some) {
      const [scaled, total] = await step(held);
      expect([...scaled!.data, total!.item()]).toEqual([index * index, index, 2 * index, index + 3]);
    }
  };
  await round(engines);
  await round(engines.toReversed());
  await expect(engines[0]!.step(engines[1]!.held)).rejects.toMatchObject({ name: "EngineError" });

  const [ending, staying] = [engines.slice(0, 10), engines.slice(10)];
  for (const { engine } of ending) await engine.dispose();
  await round(staying);
  for (const { held, step } of ending) {
    await expect(step(held)).rejects.toMatchObject({ name: "DisposedError" });
    held.dispose();
  }
  await round(staying);
  for (const { engine } of staying) await engine.dispose();
});
