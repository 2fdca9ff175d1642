/** Does the program of the guide merge states in Python as `merge` does? */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpu } from "@symloss/engine-cpu";
import { expect, test } from "vitest";
import { evaluation, states } from "./index.ts";

const guide = readFileSync(new URL("../../../docs/evaluating-on-machines.md", import.meta.url), "utf8");
const program = /```python merge\n([\s\S]*?)```/.exec(guide)![1]!;
const hasPython = spawnSync("python3", ["--version"]).status === 0;

test.skipIf(!hasPython)("states are merged in Python to the same bytes", async () => {
  const engine = await cpu();
  const own = evaluation(
    ({ x, y }) => ({
      mean: states.mean(x, { weights: y.abs() }),
      moments: states.moments(x, y),
      auc: states.rocAuc(y.greater(0), x),
      confusion: states.confusion(x.greater(0), y.greater(0), { classes: 2 }),
      calibration: states.calibration(x.sigmoid(), y.greater(0), { bins: 3 }),
      quantiles: states.quantiles(y),
      ndcg: states.ndcg(y.abs(), x),
    }),
    { columns: { x: "float32", y: "float32" }, query: "query", batch: 32 },
  );
  const rows = (count: number, seed: number) => ({
    query: Array.from({ length: count }, (_, index) => `${seed} ${Math.floor(index / 7)}`),
    x: Float32Array.from({ length: count }, (_, index) => Math.sin(seed * index) * 10 ** (index % 20)),
    y: Float32Array.from({ length: count }, (_, index) => Math.cos(seed * index)),
  });
  const [left, right] = [
    await own.update(await own.empty(), rows(50, 1), { engine, shard: "a" }),
    await own.update(await own.empty(), rows(31, 2), { engine, shard: "__proto__" }),
  ];
  const call = `${program}\nimport sys\nprint(merge_states(*json.load(sys.stdin)))`;
  const { stdout, stderr } = spawnSync("python3", ["-c", call], {
    input: JSON.stringify([left, right]),
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(stdout.trim()).toBe(own.write(await own.merge(left, right)));
  const cut = await own.update(await own.empty(), rows(3, 1), { engine, shard: "b" });
  const refused = spawnSync("python3", ["-c", call], { input: JSON.stringify([left, cut]), encoding: "utf8" });
  expect(refused.stderr).toContain("AssertionError: all rows of a query must stand together in one shard");
  await engine.dispose();
});
