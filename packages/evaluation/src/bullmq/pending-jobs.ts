/** Which jobs of a run are done, which have failed, and which has Redis lost? */
import { setTimeout as sleep } from "node:timers/promises";
import { EngineError, EngineUnavailableError, type SymlossError, isSymlossError } from "@symloss/core";
import type { JobType, Queue } from "bullmq";
import { errorOf } from "../shard-work.ts";
import type { Shard } from "../source.ts";
import { unreachable } from "./connection.ts";
import type { ShardJob } from "./job.ts";
import type { QueueOptions } from "./run-on-queue.ts";

/** A job that is to be done. */
export interface PendingJob {
  readonly shard: Shard;
  readonly job: ShardJob;
}

/** The line that a job gave. */
export interface DoneJob {
  readonly shard: Shard;
  readonly line: string;
}

/** Jobs that are asked for again and again until all are done, in milliseconds. */
const pollEvery = 100;

/** How often a worker tries a shard whose rows can't be read. */
const attempts = 5;

/** Where jobs stand that no worker has, and those that are neither done nor failed. */
const waiting: JobType[] = ["waiting", "delayed", "prioritized"];
const undone: JobType[] = [...waiting, "active"];

/** The jobs of a run. Their ids say what is asked, so that adding one that is there already is joining it. */
export class PendingJobs {
  readonly #queue: Queue;
  readonly #jobs: Map<string, PendingJob>;
  readonly #options: QueueOptions;
  /** When Redis was reached and had workers. */
  #lively = Date.now();
  /** How many workers there are; undefined if Redis does not tell, or was not asked yet. */
  workers: number | undefined;

  constructor(queue: Queue, jobs: ReadonlyMap<string, PendingJob>, options: QueueOptions) {
    this.#queue = queue;
    this.#jobs = new Map(jobs);
    this.#options = options;
  }

  get size(): number {
    return this.#jobs.size;
  }

  /** Adds all. What has failed in an earlier run is tried again. */
  async begin(): Promise<void> {
    for (const id of await this.#own(["failed"])) await this.#queue.remove(id);
    await this.#add([...this.#jobs.keys()]);
  }

  /** Waits for jobs that are done, or for workers to come or go. Throws what a shard throws. */
  async next(): Promise<readonly DoneJob[]> {
    const { workers } = this;
    for (;;) {
      this.#options.signal?.throwIfAborted();
      const done = await this.#poll().catch((cause: unknown) => {
        if (isSymlossError(cause)) throw cause;
        this.#requirePatience(() => unreachable("runOnQueue", this.#options.connection, cause));
        return [];
      });
      if (done.length > 0 || this.workers !== workers) return done;
      await sleep(pollEvery, undefined, this.#options.signal === undefined ? {} : { signal: this.#options.signal });
    }
  }

  async #poll(): Promise<readonly DoneJob[]> {
    const completed = await this.#own(["completed"]);
    const [failed] = await this.#own(["failed"]);
    if (failed !== undefined) throw await this.#failureOf(failed);
    const done = new Map<string, DoneJob>();
    for (const id of completed) {
      const job = await this.#queue.getJob(id);
      if (job !== undefined) done.set(id, { shard: this.#jobs.get(id)!.shard, line: String(job.returnvalue) });
    }
    const known = new Set([...done.keys(), ...(await this.#own(undone))]);
    // Redis may have lost its data; those that were done meanwhile are there, and are not added twice.
    await this.#add([...this.#jobs.keys()].filter((id) => !known.has(id)));
    this.workers = await this.#countWorkers();
    if (this.workers !== 0 || done.size > 0) this.#lively = Date.now();
    else this.#requirePatience(() => this.#withoutWorkers());
    // Not before: if Redis goes away meanwhile, they are asked for again.
    for (const id of done.keys()) this.#jobs.delete(id);
    return [...done.values()];
  }

  /** The ids of own jobs that stand there. */
  async #own(types: JobType[]): Promise<readonly string[]> {
    return (await this.#queue.getRanges(types, 0, -1)).filter((id) => this.#jobs.has(id));
  }

  async #add(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const age = this.#options.keep ?? 3600;
    const kept = { removeOnComplete: { age }, removeOnFail: { age } };
    const retried = { attempts, backoff: { type: "exponential", delay: 500 } };
    await this.#queue.addBulk(
      ids.map((jobId) => ({ name: "shard", data: this.#jobs.get(jobId)!.job, opts: { jobId, ...retried, ...kept } })),
    );
  }

  /** Takes back what no worker has begun. Another run that waits for it adds it again. */
  async takeBack(): Promise<void> {
    for (const id of await this.#own(waiting)) {
      // One that a worker takes at this moment can't be removed; one that it ends is, and would be computed again.
      await this.#queue.remove(id).catch(() => 0);
    }
  }

  /** Why it failed. */
  async #failureOf(id: string): Promise<SymlossError> {
    const { shard } = this.#jobs.get(id)!.shard;
    const reason = (await this.#queue.getJob(id))?.failedReason ?? "";
    const { name, message } = /^(?<name>\w+): (?<message>runOnQueue: .*)$/s.exec(reason)?.groups ?? {};
    if (name !== undefined && message !== undefined) return errorOf({ name, message });
    const help = reason.includes("stalled") ? " Workers that took it ended, or froze, each time." : "";
    return new EngineError(`runOnQueue: shard ${shard} must be evaluated by a worker, got: ${reason}.${help}`);
  }

  async #countWorkers(): Promise<number | undefined> {
    const workers = await this.#queue.getWorkers();
    // Where Redis may not list its clients, BullMQ gives one that none has told it.
    return workers.every((worker) => worker["rawname"] !== undefined) ? workers.length : undefined;
  }

  #requirePatience(error: () => SymlossError): void {
    if (Date.now() - this.#lively > (this.#options.patience ?? 300) * 1000) throw error();
  }

  #withoutWorkers(): EngineUnavailableError {
    const [pending] = this.#jobs.values();
    return new EngineUnavailableError(
      `runOnQueue: there must be a worker that serves the evaluation ${pending!.job.key}, got none for ${this.#options.patience ?? 300} s.`,
    );
  }
}
