/** What do the threads of the test evaluate? Shards of numbers, of which the last may be bad. */
import { isMainThread } from "node:worker_threads";
import { cpu } from "@symloss/engine-cpu";
import { type Shard, type Source, evaluation, states } from "@symloss/evaluation";
import { sparseSoftmaxCrossentropyLogits } from "@symloss/losses";
import type { Engine } from "@symloss/core";

export const engine = (): Promise<Engine> => cpu();

export const test = evaluation(
  ({ label, logits }) => {
    const loss = sparseSoftmaxCrossentropyLogits(label, logits);
    return { loss: states.mean(loss), worst: states.topK(loss, { k: 3 }) };
  },
  { columns: { label: "int32", logits: ["logit_*", "float32"] }, batch: 64 },
);

const rows = 150;

function shardOf(name: string, at: number, last: number) {
  const numbers = (scale: number): Float32Array =>
    Float32Array.from({ length: rows }, (_, row) => Math.sin(scale * row + at));
  const label = Int32Array.from({ length: rows }, (_, row) => row % 2);
  label[rows - 1] = last;
  return { shard: name, read: () => [{ label, logit_0: numbers(1), logit_1: numbers(2), site: [...label] }] };
}

export const source: Source = {
  shards: () => Array.from({ length: 5 }, (_, at) => shardOf(`part-${at}`, at, 0)),
};

/** So many that a thread takes several at a time. */
export const many: Source = {
  shards: () => Array.from({ length: 50 }, (_, at) => shardOf(`part-${at}`, at, 0)),
};

/** The same, of which the second can't be read. */
export const manyTorn: Source = {
  shards: () =>
    [...(many.shards() as Iterable<Shard>)].map((shard, at) => (at === 1 ? { ...shard, read: tear } : shard)),
};

function tear(): never {
  throw new Error("the disk is gone");
}

/** The same, whose second shard is another one in a thread. */
export const manyChanging: Source = {
  shards: () =>
    [...(many.shards() as Iterable<Shard>)].map((shard, at) =>
      at === 1 ? { ...shard, etag: `${isMainThread}` } : shard,
    ),
};

export const withBadRow: Source = {
  shards: () => [shardOf("good", 0, 0), shardOf("bad", 1, 9)],
};
