/** What are shards called? By the shortest name that no other has. */
import { OutOfRangeError } from "@symloss/core";

/**
 * A name for each, the first of its own that no other has. Throws `OutOfRangeError` if two have the same ones.
 * @example shardNames("blobs", [["a.jsonl", "train/a.jsonl"], ["a.jsonl", "test/a.jsonl"]]) // ["train/a.jsonl", "test/a.jsonl"]
 */
export function shardNames(caller: string, candidates: readonly (readonly string[])[]): readonly string[] {
  return candidates.map((own, index) => {
    const others = new Set(candidates.filter((_, at) => at !== index).flat());
    const name = own.find((one) => !others.has(one));
    if (name !== undefined) return name;
    throw new OutOfRangeError(`${caller}: no two files may have the same name, got ${own.at(-1)} twice.`);
  });
}
