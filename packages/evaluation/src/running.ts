/** How are rows computed and counted? Gathered until a whole batch can be computed, always of one shape. */
import { type Engine, NDArray, type Tensor, type TypedArray, compile } from "@symloss/core";
import { allocate } from "@symloss/core/engine";
import type { BadRows, BatchPlace } from "./bad-rows.ts";
import type { Column, ReadBatch } from "./columns.ts";
import { fingerprintOf } from "./fingerprint.ts";
import {
  type EvaluationState,
  type StatisticStates,
  emptyState,
  mergeSkipped,
  mergeStatistics,
  mostGroups,
  recordOf,
} from "./state.ts";
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
  #taking: Taking;
  readonly #run: ReturnType<typeof compileColumns>;
  readonly #inputs: readonly NDArray[];
  readonly #outputs: readonly TypedArray[];
  readonly #numbers: Float64Array;
  readonly #shards: string[] = [];
  #groups: string[] | undefined;
  #filled = 0;
  #skipped: EvaluationState["skipped"] = {};

  constructor(
    { columns, subject, key }: Prepared,
    batch: number,
    { engine, maxGroups = mostGroups }: { readonly engine: Engine; readonly maxGroups?: number | undefined },
  ) {
    this.columns = columns;
    this.subject = subject;
    this.#key = key;
    this.#engine = engine;
    this.#batch = batch;
    this.#maxGroups = maxGroups;
    this.#taking = new Taking(subject.statistics, maxGroups);
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
  }

  /** Adds the rows of a batch of the source that count. */
  async add({ rows, arrays, groups }: ReadBatch, place: BatchPlace, bad: BadRows): Promise<void> {
    bad.check(this.subject.checks, arrays);
    this.#skipped = mergeSkipped(this.#skipped, bad.skipped);
    for (let row = place.from; row < rows;) {
      if (bad.has(row)) {
        row++;
        continue;
      }
      let end = Math.min(rows, row + this.#batch - this.#filled);
      for (let next = row + 1; bad.size > 0 && next < end; next++) if (bad.has(next)) end = next;
      this.#copy(arrays, groups, row, end, place);
      row = end;
      if (this.#filled === this.#batch) await this.#compute();
    }
  }

  #copy(
    arrays: readonly NDArray[],
    groups: readonly string[] | undefined,
    from: number,
    to: number,
    { shard, first }: BatchPlace,
  ): void {
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
    this.#taking.take({ columns: this.#outputs, count, groups: this.#groups, origin });
  }

  /** The state of the rows that were added since the last state was taken. */
  async take(isGrouped: boolean): Promise<EvaluationState> {
    if (this.#filled > 0) {
      this.#pad();
      await this.#compute();
    }
    const empty = emptyState(this.#key, this.subject.kinds);
    const { states } = this.#taking;
    const skipped = this.#skipped;
    this.#taking = new Taking(this.subject.statistics, this.#maxGroups);
    this.#skipped = {};
    // The state of no rows is one, whether an empty batch was read or none.
    if (states.size === 0 && Object.keys(skipped).length === 0) return empty;
    const total = [...states.values()].reduce<StatisticStates>(
      (sum, own) => mergeStatistics(sum, own, this.subject.kinds),
      empty,
    );
    return {
      ...empty,
      ...total,
      fingerprint: fingerprintOf(this.#engine, this.#batch),
      skipped,
      by: isGrouped ? recordOf(states) : null,
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
    await this.#run.dispose();
  }
}

/** The compiled columns: all arguments in a list. */
function compileColumns(columns: readonly Column[], { compute }: Subject, engine: Engine) {
  const fn = (given: readonly Tensor[]): Tensor[] =>
    compute(Object.fromEntries(columns.map(({ name }, index) => [name, given[index]!])));
  return compile(fn, { engine });
}
