/** What does a job say? Which shard is evaluated, and how: no code, and no address of any. */
import { OutOfRangeError } from "@symloss/core";
import { describe, isRecord, print } from "@symloss/core/engine";
import { isCount } from "../exact/exact-sum.ts";
import { version } from "../fingerprint.ts";
import { sha256 } from "../platform.ts";
import { canonical } from "../state.ts";

/** The data of a job. */
export interface ShardJob {
  readonly format: "symloss-shard";
  readonly version: 1;
  /** Of the evaluation. */
  readonly key: string;
  readonly shard: string;
  readonly by: string | null;
  readonly badRows: "stop" | "skip";
  readonly maxGroups: number;
  /** What a checkpoint says of the shard, if it says anything. */
  readonly line: string | null;
}

/** The queue of an evaluation: workers of another one don't see its jobs. */
export function queueNameOf(key: string): string {
  return `symloss-${key}`;
}

/** The same for the same work, so that who asks again joins it; `etag` tells the rows of a shard from those that it had before. */
export async function jobIdOf({ line: _line, ...job }: ShardJob, etag: string): Promise<string> {
  return `shard-${(await sha256(canonical({ ...job, etag, symloss: version }))).slice(0, 32)}`;
}

/** The data. Throws `OutOfRangeError`, naming the part, if they are none, or of another evaluation: anyone may have written them who has the queue. */
export function readJob(caller: string, data: unknown, key: string): ShardJob {
  const job = isRecord(data) ? data : {};
  const wrong = Object.entries(parts).find(([name, { holds }]) => !holds(job[name]));
  if (wrong !== undefined) {
    const [name, { must }] = wrong;
    throw new OutOfRangeError(`${caller}: ${name} of a job must be ${must}, got ${describe(job[name])}.`);
  }
  if (job["key"] === key) return job as unknown as ShardJob;
  throw new OutOfRangeError(
    `${caller}: a job must be of the evaluation that is served, ${key}, got one of ${print(job["key"])}.`,
  );
}

const isText = (value: unknown): boolean => typeof value === "string";
const isTextOrNull = (value: unknown): boolean => value === null || isText(value);

const parts: {
  readonly [Name in keyof ShardJob]: { readonly must: string; readonly holds: (value: unknown) => boolean };
} = {
  format: { must: '"symloss-shard"', holds: (value) => value === "symloss-shard" },
  version: { must: "1", holds: (value) => value === 1 },
  key: { must: "a text", holds: isText },
  shard: { must: "a text", holds: isText },
  by: { must: "a text or null", holds: isTextOrNull },
  badRows: { must: '"stop" or "skip"', holds: (value) => value === "stop" || value === "skip" },
  maxGroups: { must: "an integer from 1", holds: (value) => isCount(value) && (value as number) > 0 },
  line: { must: "a text or null", holds: isTextOrNull },
};
