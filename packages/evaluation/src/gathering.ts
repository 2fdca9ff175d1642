/** How do the shards that workers have evaluated become a report? Each comes as a line of a checkpoint, or several as one state, in any order. */
import { OutOfRangeError } from "@symloss/core";
import { print } from "@symloss/core/engine";
import { type Checkpoint, type CheckpointLine, checkStateIn, readLine, requireUnchanged } from "./checkpoint.ts";
import type { Evaluation, Report, Statistics } from "./evaluation.ts";
import { Merging } from "./merging.ts";
import { type Progress, Teller } from "./progress.ts";
import type { ShardsState } from "./shard-work.ts";
import type { Shard, Source } from "./source.ts";
import { type EvaluationState, type MergeOptions, mostGroups, requireGroups } from "./state.ts";

/** How shards are evaluated and put together. */
export interface GatheringOptions extends MergeOptions {
  readonly by?: string | undefined;
  readonly badRows?: "stop" | "skip" | undefined;
  readonly maxGroups?: number | undefined;
  readonly checkpoint?: Checkpoint | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A shard of which not all rows are known, and what a checkpoint says of those that are. */
export interface MissingShard {
  readonly shard: Shard;
  readonly line: CheckpointLine | undefined;
}

/** The shards of a run whose rows are computed elsewhere. */
export class Gathering<S extends Statistics> {
  readonly key: string;
  readonly #missing: Map<string, MissingShard>;
  readonly #caller: string;
  readonly #test: Evaluation<S>;
  readonly #options: GatheringOptions;
  readonly #shards: readonly Shard[];
  /** Since the checkpoint was read, which takes no time. */
  #teller: Teller | undefined;
  readonly #merging: Merging;
  /** One after the other: each takes the states that others have left. */
  #merged: Promise<void> = Promise.resolve();

  private constructor(
    caller: string,
    test: Evaluation<S>,
    shards: readonly Shard[],
    key: string,
    options: GatheringOptions,
  ) {
    this.key = key;
    this.#missing = new Map(shards.map((shard) => [shard.shard, { shard, line: undefined }]));
    this.#caller = caller;
    this.#test = test;
    this.#options = options;
    this.#shards = shards;
    const { anyFingerprint, runs } = options;
    this.#merging = new Merging(caller, { anyFingerprint }, (states) =>
      test.mergeAll(states, { anyFingerprint, runs }),
    );
  }

  /** Throws `OutOfRangeError` if two shards have one name, or if the checkpoint is of another run. */
  static async begin<S extends Statistics>(
    caller: string,
    test: Evaluation<S>,
    source: Source,
    options: GatheringOptions,
  ): Promise<Gathering<S>> {
    await test.prepareFor(source);
    const { key } = await test.empty();
    const gathering = new Gathering(caller, test, await shardsIn(caller, source), key, options);
    for (const [index, text] of ((await options.checkpoint?.lines()) ?? []).entries()) {
      await gathering.#know(`${caller}: line ${index + 1} of the checkpoint`, text);
    }
    for (const { line } of gathering.missing) {
      if (line?.whole === true) await gathering.#merge([line.shard], line.state);
    }
    gathering.#startTelling();
    return gathering;
  }

  #startTelling(): void {
    if (this.#options.onProgress === undefined) return;
    this.#teller = new Teller(this.#shards, this.#done, this.#test.wants(this.#options.by));
  }

  /** Takes the line of a shard, and keeps it. Throws `OutOfRangeError`, naming the shard, if it is none of that shard. */
  async add({ shard, etag }: Shard, text: string): Promise<void> {
    const place = `${this.#caller}: what a worker gave for shard ${shard}`;
    const line = await this.#read(place, text);
    if (line.shard !== shard || line.etag !== (etag ?? null) || !line.whole) {
      throw new OutOfRangeError(
        `${place} must be of the whole shard as it is here, ${print(etag ?? null)}, got ${line.rows} rows of ${line.shard}, ${print(line.etag)}.`,
      );
    }
    await this.#afterOthers(async () => {
      await this.#options.checkpoint?.append(text);
      await this.#merge([shard], line.state);
    });
  }

  /** Takes the state of whole shards, of which no checkpoint is told. Throws `OutOfRangeError`, naming the shard or all, if it is none of theirs. */
  async addAll(shards: readonly Shard[], text: string): Promise<void> {
    const { etags, state } = JSON.parse(text) as ShardsState;
    for (const [index, { shard, etag = null }] of shards.entries()) {
      if (etags[index] === etag) continue;
      throw new OutOfRangeError(
        `${this.#caller}: what a worker gave must be of shard ${shard} as it is here, ${print(etag)}, got ${print(etags[index])}.`,
      );
    }
    const names = shards.map(({ shard }) => shard);
    await checkStateIn(`${this.#caller}: what a worker gave for ${names.join(", ")}`, state, (given) =>
      this.#test.check(given),
    );
    await this.#afterOthers(() => this.#merge(names, state));
  }

  #afterOthers(merge: () => Promise<void>): Promise<void> {
    return (this.#merged = this.#merged.then(merge));
  }

  /** Those that are not done. */
  get missing(): readonly MissingShard[] {
    return [...this.#missing.values()];
  }

  /** Calls who listens. */
  tell(): void {
    if (this.#teller !== undefined) this.#options.onProgress?.(this.#teller.tell(this.#done));
  }

  get #done(): { readonly rows: number; readonly shards: number } {
    return { rows: this.#merging.outline?.rows ?? 0, shards: this.#shards.length - this.#missing.size };
  }

  /** What is known when all shards are. */
  async report(): Promise<Report<S>> {
    const state = (await this.#merging.total()) ?? (await this.#test.empty());
    return this.#test.result(state, { runs: this.#options.runs });
  }

  /** A later line says more of its shard than an earlier one. */
  async #know(place: string, text: string): Promise<void> {
    const line = await this.#read(place, text);
    const own = this.#missing.get(line.shard);
    if (own === undefined) return;
    requireUnchanged(this.#caller, own.shard, line);
    this.#missing.set(line.shard, { ...own, line });
  }

  #read(place: string, text: string): Promise<CheckpointLine> {
    const { by, badRows = "stop" } = this.#options;
    const setting = { by: by ?? null, badRows, key: this.key, fingerprint: undefined };
    return readLine(place, text, setting, (state) => this.#test.check(state));
  }

  async #merge(shards: readonly string[], state: EvaluationState): Promise<void> {
    await this.#merging.add(state);
    requireGroups(this.#caller, this.#merging.outline!, this.#options.maxGroups ?? mostGroups);
    for (const shard of shards) this.#missing.delete(shard);
    this.tell();
  }
}

async function shardsIn(caller: string, source: Source): Promise<readonly Shard[]> {
  const shards = new Map<string, Shard>();
  for await (const shard of source.shards()) {
    if (shards.has(shard.shard)) {
      const name = JSON.stringify(shard.shard);
      throw new OutOfRangeError(`${caller}: shards must have different names, got ${name} twice.`);
    }
    shards.set(shard.shard, shard);
  }
  return [...shards.values()];
}
