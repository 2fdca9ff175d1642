/** Which shards are known not to have changed? */
import type { Source } from "@symloss/evaluation";
import { source as own } from "./shards.ts";

export { engine, test } from "./shards.ts";
export const source: Source = {
  async *shards() {
    for await (const shard of own.shards()) yield { ...shard, etag: "constant" };
  },
};
