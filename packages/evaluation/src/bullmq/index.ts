/** How do many machines evaluate? Each takes shards from a queue in Redis or Valkey. The entry `@symloss/evaluation/bullmq`, for Node.js. */
export { type QueueConnection } from "./connection.ts";
export { type QueueOptions, type QueueProgress, runOnQueue } from "./run-on-queue.ts";
export { type ServeOptions, type ServedShard, type Server, serve } from "./serve.ts";
