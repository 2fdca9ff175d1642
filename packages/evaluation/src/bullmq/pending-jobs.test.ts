/** Is what a job gave delivered, whenever Redis goes away? */
import type { Queue } from "bullmq";
import { expect, test } from "vitest";
import { type PendingJob, PendingJobs } from "./pending-jobs.ts";

const job: PendingJob = {
  shard: { shard: "a", read: () => [] },
  job: {
    format: "symloss-shard",
    version: 1,
    key: "k",
    shard: "a",
    by: null,
    badRows: "stop",
    maxGroups: 1,
    line: null,
  },
};

test.each(["getRanges", "getJob", "getWorkers"] as const)("though %s fails once", async (failing) => {
  let failures = 1;
  const answer = async <T>(name: string, value: T): Promise<T> => {
    if (name === failing && failures-- > 0) throw new Error("Connection is closed.");
    return value;
  };
  const queue = {
    // What stands among the undone is asked for after what is done.
    getRanges: (types: readonly string[]) =>
      answer(types.includes("active") ? "getRanges" : "", types[0] === "completed" ? ["id"] : []),
    getJob: () => answer("getJob", { returnvalue: "line" }),
    getWorkers: () => answer("getWorkers", []),
    addBulk: async () => [],
  } as unknown as Queue;
  const jobs = new PendingJobs(queue, new Map([["id", job]]), { connection: "redis://localhost" });
  expect(await jobs.next()).toEqual([{ shard: job.shard, line: "line" }]);
  expect(jobs.size).toBe(0);
});
