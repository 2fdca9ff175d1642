/** What do threads keep in files? Different numbers, more than the text of a state has. */
import { fileURLToPath } from "node:url";
import { type Source, evaluation, states } from "@symloss/evaluation";
import { fileRuns } from "@symloss/evaluation/files";

export { engine } from "./shards.ts";

export const test = evaluation(({ score }) => ({ quantiles: states.quantiles(score, { exact: true }) }), {
  columns: { score: "float32" },
});

const rows = 20_000;

export const source: Source = {
  shards: () =>
    [0, 1, 2].map((at) => ({
      shard: `part-${at}`,
      read: () => [{ score: Float32Array.from({ length: rows }, (_, row) => row * 3 + at) }],
    })),
};

export const folder = fileURLToPath(new URL("./runs", import.meta.url));

export const runs = fileRuns(folder);
