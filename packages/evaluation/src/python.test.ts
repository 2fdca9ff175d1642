/** Does the program of the guide merge states in Python as `merge` does? */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpu } from "@symloss/engine-cpu";
import { expect, test } from "vitest";
import { evaluation, states } from "./index.ts";

const guide = readFileSync(new URL("../../../docs/evaluation.md", import.meta.url), "utf8");
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
    }),
    { columns: { x: "float32", y: "float32" }, batch: 32 },
  );
  const rows = (count: number, seed: number) => ({
    x: Float32Array.from({ length: count }, (_, index) => Math.sin(seed * index) * 10 ** (index % 20)),
    y: Float32Array.from({ length: count }, (_, index) => Math.cos(seed * index)),
  });
  const [left, right] = [
    await own.update(await own.empty(), rows(50, 1), { engine }),
    await own.update(await own.empty(), rows(31, 2), { engine }),
  ];
  const call = `${program}\nimport sys\nprint(merge_states(*json.load(sys.stdin)))`;
  const { stdout, stderr } = spawnSync("python3", ["-c", call], {
    input: JSON.stringify([left, right]),
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(stdout.trim()).toBe(own.write(await own.merge(left, right)));
  await engine.dispose();
});
