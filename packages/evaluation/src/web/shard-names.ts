/** What are shards called? By the shortest name that no other has. */
import { OutOfRangeError } from "@symloss/core";

/**
 * A name for each, the first of its own that no other has. Throws `OutOfRangeError` if two have the same ones.
 * @example shardNames("blobs", [["a.jsonl", "train/a.jsonl"], ["a.jsonl", "test/a.jsonl"]]) // ["train/a.jsonl", "test/a.jsonl"]
 */
export function shardNames(caller: string, candidates: readonly (readonly string[])[]): readonly string[] {
  const owners = new Map<string, number>();
  for (const name of candidates.flatMap((own) => [...new Set(own)])) owners.set(name, (owners.get(name) ?? 0) + 1);
  return candidates.map((own) => {
    const name = own.find((one) => owners.get(one) === 1);
    if (name !== undefined) return name;
    throw new OutOfRangeError(`${caller}: no two files may have the same name, got ${own.at(-1)} twice.`);
  });
}
