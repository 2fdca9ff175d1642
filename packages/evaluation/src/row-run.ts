/** How do the rows of a source get into a state? Shard after shard, in batches of which one is in memory, and no further than a checkpoint needs. */
import { BadRows, type BatchPlace } from "./bad-rows.ts";
import type { CheckpointLog } from "./checkpoint.ts";
import { type Column, type ReadBatch, isWanted, readBatch } from "./columns.ts";
import type { RunOptions } from "./evaluation.ts";
import { pause, untilAborted } from "./platform.ts";
import { Teller } from "./progress.ts";
import { type Prepared, Running } from "./running.ts";
import type { Shard } from "./source.ts";
import type { EvaluationState } from "./state.ts";

/** Of what rows are taken. */
export interface RowRunSubject {
  readonly columns: readonly Column[];
  /** The column of queries, if there is one. */
  readonly query: string | undefined;
  readonly batch: number;
  /** With the shapes of the first batch, if they were not known. */
  prepare(columns: readonly Column[]): Promise<Prepared>;
  /** The state of no rows. */
  empty(): Promise<EvaluationState>;
}

/** Whether a column of the data is read. */
export function wantedBy(
  { columns, query }: Pick<RowRunSubject, "columns" | "query">,
  by: string | undefined,
): (column: string) => boolean {
  return (column) => column === by || column === query || isWanted(columns, column);
}

/** A run through rows, while it lasts. */
export class RowRun {
  readonly #caller: string;
  readonly #subject: RowRunSubject;
  readonly #options: RunOptions;
  readonly #log: CheckpointLog | undefined;
  /** Since the first batch. */
  #running: Running | undefined;
  #teller: Teller | undefined;
  #rows = 0;
  #shards = 0;
  /** When progress was told last, in milliseconds. */
  #told = Date.now();

  constructor(caller: string, subject: RowRunSubject, options: RunOptions, log: CheckpointLog | undefined) {
    this.#caller = caller;
    this.#subject = subject;
    this.#options = options;
    this.#log = log;
  }

  /** The state of all rows; undefined if there was no batch. */
  async take(shards: AsyncIterable<Shard>): Promise<EvaluationState | undefined> {
    const { by, onProgress } = this.#options;
    try {
      for await (const part of onProgress === undefined ? shards : await this.#list(shards))
        await this.#takeShard(part);
      await this.#tell();
      return this.#log === undefined ? await this.#running?.take(by !== undefined) : await this.#log.total();
    } finally {
      await this.#running?.dispose();
    }
  }

  /** All shards, for progress says how many there are. */
  async #list(shards: AsyncIterable<Shard>): Promise<readonly Shard[]> {
    const all: Shard[] = [];
    for await (const shard of shards) all.push(shard);
    this.#teller = new Teller(all, { rows: 0, shards: 0 }, wantedBy(this.#subject, this.#options.by));
    return all;
  }

  /** Takes the rows of a shard, but for those that a checkpoint knows. */
  async #takeShard(part: Shard): Promise<void> {
    const log = this.#log;
    const known = (await log?.begin(part)) ?? { rows: 0, whole: false };
    this.#rows += known.rows;
    if (!known.whole) await this.#takeRest(part, known.rows);
    this.#shards++;
  }

  async #takeRest(part: Shard, known: number): Promise<void> {
    const { by, badRows = "stop", signal } = this.#options;
    const wants = wantedBy(this.#subject, by);
    const offered = new Set<string>();
    const batches = part.read((column) => {
      offered.add(column);
      return wants(column);
    });
    const where = part.shard === "" ? this.#caller : `${this.#caller}: shard ${part.shard}`;
    const written = { rows: known };
    let first = 0;
    for await (const batch of untilAborted(batches, signal)) {
      const place = { shard: part.shard, first, from: Math.max(0, known - first) };
      const bad = new BadRows(badRows, this.#caller, place);
      const asked = { by, query: this.#subject.query, bad, offered };
      const given = readBatch(where, this.#subject.columns, batch, asked);
      await this.#addBatch(part, given, place, bad, written);
      first += given.rows;
      this.#rows += Math.max(0, given.rows - place.from);
      if (Date.now() - this.#told >= tellEvery) await this.#tell();
    }
    if (this.#log === undefined) return;
    const rest = await this.#running?.take(by !== undefined);
    await this.#log.add(part, first, true, rest ?? (await this.#subject.empty()));
  }

  /** Adds a batch, and within it a line to the checkpoint if one is due, where no query goes on. */
  async #addBatch(
    part: Shard,
    given: ReadBatch,
    place: BatchPlace,
    bad: BadRows,
    written: { rows: number },
  ): Promise<void> {
    const prepared = await this.#subject.prepare(given.columns);
    const running = (this.#running ??= new Running(this.#caller, prepared, this.#subject.batch, this.#options));
    bad.check(running.subject.checks, given.arrays);
    const log = this.#log;
    const isDue = log !== undefined && place.first + given.rows - written.rows >= log.everyRows;
    const border = isDue ? running.lastBorder(given, place) : undefined;
    if (border !== undefined) {
      await running.add(given, place, bad, border);
      written.rows = place.first + border;
      await log!.add(part, written.rows, false, await running.take(this.#options.by !== undefined));
    }
    await running.add(given, { ...place, from: border ?? place.from }, bad, given.rows);
  }

  /** Tells progress, and lets timers and sockets have their turn, which would wait for the end otherwise. */
  async #tell(): Promise<void> {
    this.#told = Date.now();
    if (this.#teller !== undefined) {
      this.#options.onProgress?.(this.#teller.tell({ rows: this.#rows, shards: this.#shards }));
    }
    await pause();
  }
}

/** In milliseconds. */
const tellEvery = 100;
