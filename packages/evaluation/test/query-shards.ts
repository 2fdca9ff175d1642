/** What do threads evaluate of queries? Shards of whole queries, and two that have one query both. */
import { evaluation, states } from "@symloss/evaluation";
import type { Shard, Source } from "@symloss/evaluation";

export { engine } from "./shards.ts";

export const test = evaluation(({ label, score }) => ({ ndcg: states.ndcg(label, score, { whenUndefined: 0 }) }), {
  columns: { label: "float32", score: "float32" },
  query: "query",
  batch: 64,
});

function shardOf(at: number, firstQuery: number): Shard {
  const rows = Array.from({ length: 150 }, (_, row) => row);
  const label = rows.map((row) => (row * (at + 3)) % 4);
  const score = rows.map((row) => Math.sin(row + at));
  const query = rows.map((row) => firstQuery + Math.floor(row / 11));
  return { shard: `part-${at}`, read: () => [{ label, score, query, site: label }] };
}

export const source: Source = { shards: () => [0, 1, 2, 3].map((at) => shardOf(at, 100 * at)) };

export const withCutQuery: Source = { shards: () => [shardOf(0, 0), shardOf(1, 13)] };
