/** What is a worker that things happen to? Run as a program of its own, bundled: it tells which shards it begins, and is slow. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Shard, type Source } from "@symloss/evaluation";
import { serve } from "@symloss/evaluation/bullmq";
import { engine, source, test } from "./constant.ts";

const [connection, milliseconds, poison] = process.argv.slice(2) as [string, string, string | undefined];

/** The shard, which takes so long, or ends the process. */
function slowed(shard: Shard): Shard {
  return {
    ...shard,
    async *read(wants) {
      console.log(`begins ${shard.shard}`);
      if (shard.shard === poison) process.kill(process.pid, "SIGKILL");
      await sleep(Number(milliseconds));
      yield* shard.read(wants);
    },
  };
}

const slow: Source = {
  async *shards() {
    for await (const shard of source.shards()) yield slowed(shard);
  },
};

// The first rows are read before a shard is begun.
await test.prepareFor(source);
await serve(test, {
  connection,
  source: slow,
  engine: await engine(),
  lock: 1000,
  maxStalls: 2,
  onShard: ({ shard, error }) => console.log(error === undefined ? `ends ${shard}` : `fails ${shard}: ${error}`),
});
console.log("ready");
