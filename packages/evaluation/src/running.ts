/** How are rows computed and counted? Gathered until a whole batch can be computed, always of one shape. */
import { type Engine, NDArray, type Tensor, type TypedArray, compile } from "@symloss/core";
import { allocate } from "@symloss/core/engine";
import type { BadRows, BatchPlace } from "./bad-rows.ts";
import type { Column, ReadBatch } from "./columns.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { QueryTrail } from "./queries.ts";
import type { RunStore } from "./runs/run-store.ts";
import { type EvaluationState, emptyState, mergeSkipped, mostGroups, recordOf } from "./state.ts";
import type { Subject } from "./subject.ts";
import { Taking } from "./taking.ts";

/** What was prepared for rows of some shapes. */
export interface Prepared {
  readonly columns: readonly Column[];
  readonly subject: Subject;
  readonly key: string;
}

/** The rows of a run. */
export class Running {
  readonly columns: readonly Column[];
  readonly subject: Subject;
  readonly #key: string;
  readonly #engine: Engine;
  readonly #batch: number;
  readonly #maxGroups: number;
  readonly #runs: RunStore | undefined;
  #taking: Taking;
  readonly #run: ReturnType<typeof compileColumns>;
  readonly #inputs: readonly NDArray[];
  readonly #outputs: readonly TypedArray[];
  readonly #numbers: Float64Array;
  readonly #shards: string[] = [];
  readonly #trail: QueryTrail | undefined;
  readonly #queries: Float64Array | undefined;
  #groups: string[] | undefined;
  #filled = 0;
  #skipped: EvaluationState["skipped"] = {};

  constructor(
    caller: string,
    { columns, subject, key }: Prepared,
    batch: number,
    {
      engine,
      maxGroups = mostGroups,
      runs,
    }: { readonly engine: Engine; readonly maxGroups?: number | undefined; readonly runs?: RunStore | undefined },
  ) {
    this.columns = columns;
    this.subject = subject;
    this.#key = key;
    this.#engine = engine;
    this.#batch = batch;
    this.#maxGroups = maxGroups;
    this.#runs = runs;
    this.#taking = new Taking(subject, maxGroups);
    this.#run = compileColumns(columns, subject, engine);
    this.#inputs = columns.map(({ dtype, shape }) => {
      const whole = [batch, ...shape!];
      return new NDArray(
        allocate(
          dtype,
          whole.reduce((size, length) => size * length, 1),
        ),
        whole,
        dtype,
      );
    });
    this.#outputs = subject.graph.outputs.map(({ dtype }) => allocate(dtype, batch));
    this.#numbers = new Float64Array(batch);
    if (subject.query === undefined) return;
    this.#trail = new QueryTrail(caller, subject.query);
    this.#queries = new Float64Array(batch);
  }

  /** Up to before which of its rows a batch may be added and a state taken, for no query goes on there; undefined if one does until its end. */
  lastBorder({ rows, queries }: ReadBatch, place: BatchPlace): number | undefined {
    return this.#trail === undefined ? rows : this.#trail.lastBorder(queries!, place);
  }

  /** Adds the rows of a batch of the source that count, up to before one. */
  async add(batch: ReadBatch, place: BatchPlace, bad: BadRows, to: number): Promise<void> {
    this.#skipped = mergeSkipped(this.#skipped, bad.skippedWithin(place.from, to));
    const numbers = this.#trail?.follow(batch.queries!, place, to);
    for (let row = place.from; row < to;) {
      if (bad.has(row)) {
        row++;
        continue;
      }
      let end = Math.min(to, row + this.#batch - this.#filled);
      for (let next = row + 1; bad.size > 0 && next < end; next++) if (bad.has(next)) end = next;
      if (numbers !== undefined) this.#queries!.set(numbers.subarray(row, end), this.#filled);
      this.#copy(batch, row, end, place);
      row = end;
      if (this.#filled === this.#batch) await this.#compute();
    }
  }

  #copy({ arrays, groups }: ReadBatch, from: number, to: number, { shard, first }: BatchPlace): void {
    for (const [index, { data }] of arrays.entries()) {
      const target = this.#inputs[index]!.data;
      const width = target.length / this.#batch;
      target.set(data.subarray(from * width, to * width), this.#filled * width);
    }
    for (let row = from; row < to; row++) {
      const place = this.#filled + row - from;
      this.#numbers[place] = first + row;
      this.#shards[place] = shard;
      if (groups !== undefined) (this.#groups ??= [])[place] = groups[row]!;
    }
    this.#filled += to - from;
  }

  async #compute(): Promise<void> {
    const count = this.#filled;
    this.#filled = 0;
    await this.#run.into(this.#outputs, this.#inputs);
    const origin = { shards: this.#shards, rows: this.#numbers };
    this.#taking.take({ columns: this.#outputs, count, groups: this.#groups, origin, queries: this.#queries });
    if (this.#runs !== undefined) await this.#taking.spill(this.#runs);
  }

  /** The state of the rows that were added since the last state was taken, after which no query may go on. */
  async take(isGrouped: boolean): Promise<EvaluationState> {
    if (this.#filled > 0) {
      this.#pad();
      await this.#compute();
    }
    const empty = await emptyState(this.#key, this.subject);
    const { total, groups } = await this.#taking.states(this.#runs);
    const skipped = this.#skipped;
    const borders = this.#trail?.takeBorders() ?? null;
    this.#taking = new Taking(this.subject, this.#maxGroups);
    this.#skipped = {};
    // The state of no rows is one, whether an empty batch was read or none.
    if (groups.size === 0 && Object.keys(skipped).length === 0) return empty;
    return {
      ...empty,
      ...total,
      fingerprint: fingerprintOf(this.#engine, this.#batch),
      skipped,
      by: isGrouped ? recordOf(groups) : null,
      borders,
    };
  }

  /** The rest of the batch repeats its first row, so that it passes every check; no state sees it. */
  #pad(): void {
    for (const { data } of this.#inputs) {
      const width = data.length / this.#batch;
      for (let row = this.#filled; row < this.#batch; row++) data.copyWithin(row * width, 0, width);
    }
  }

  async dispose(): Promise<void> {
    await this.#taking.discard();
    await this.#run.dispose();
  }
}

/** The compiled columns: all arguments in a list. */
function compileColumns(columns: readonly Column[], { compute }: Subject, engine: Engine) {
  const fn = (given: readonly Tensor[]): Tensor[] =>
    compute(Object.fromEntries(columns.map(({ name }, index) => [name, given[index]!])));
  return compile(fn, { engine });
}
