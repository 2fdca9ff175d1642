/** How do a few files become many rows? They are read again and again, as shards of other names. */
import type { Shard, Source } from "@symloss/evaluation";
import { files } from "@symloss/evaluation/files";

/** The Parquet files of a folder, so often. */
export function repeatedFiles(folder: string, passes: number): Source {
  return {
    async *shards(): AsyncGenerator<Shard> {
      const shards: Shard[] = [];
      for await (const shard of files("*.parquet", { folder }).shards()) shards.push(shard);
      for (let pass = 0; pass < passes; pass++) {
        for (const shard of shards) yield { ...shard, shard: `${pass}/${shard.shard}` };
      }
    },
  };
}
