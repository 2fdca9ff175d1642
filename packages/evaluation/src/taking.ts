/** How do computed rows get into states? Those of each group into its own. */
import { OutOfRangeError, type TypedArray } from "@symloss/core";
import { QueryRows, type Taker } from "./query-rows.ts";
import { type StatisticStates, mergeStatistics, recordOf, startedStates } from "./state.ts";
import { type RunStore, limits } from "./runs/run-store.ts";
import type { Accumulator, Growing, Json, Origin, QueryAccumulator } from "./statistic.ts";
import type { NamedStatistic, Subject } from "./subject.ts";

/** The accumulators of some statistics, and how many rows they have taken. */
class Group {
  readonly #ofRows: readonly Taker<Accumulator>[];
  readonly #ofQueries: readonly Taker<QueryAccumulator>[];
  readonly #query: QueryRows;
  #rows = 0;

  constructor(statistics: readonly NamedStatistic[]) {
    this.#ofRows = statistics.flatMap(({ name, kind, places }) =>
      kind.takes === "rows" ? [{ name, places, accumulator: kind.start() }] : [],
    );
    this.#ofQueries = statistics.flatMap(({ name, kind, places }) =>
      kind.takes === "queries" ? [{ name, places, accumulator: kind.start() }] : [],
    );
    this.#query = new QueryRows(this.#ofQueries);
  }

  add({ columns, origin, queries }: TakenRows, from: number, to: number): void {
    for (const { accumulator, places } of this.#ofRows) {
      accumulator.add(
        places.map((place) => columns[place]!),
        from,
        to,
        origin,
      );
    }
    if (this.#ofQueries.length > 0) this.#query.add(columns, from, to, queries!);
    this.#rows += to - from;
  }

  get isEmpty(): boolean {
    return this.#rows === 0;
  }

  /** What grows with the rows. */
  get growing(): readonly Growing[] {
    return this.#ofRows.flatMap(({ accumulator: { growing } }) => (growing === undefined ? [] : [growing]));
  }

  /** After which no query goes on, and no row is added. */
  async states(runs: RunStore | undefined): Promise<StatisticStates> {
    this.#query.end();
    const states: [string, Json][] = [];
    for (const { name, accumulator } of this.#ofRows) states.push([name, await accumulator.state(runs)]);
    for (const { name, accumulator } of this.#ofQueries) states.push([name, accumulator.state()]);
    return { rows: this.#rows, states: recordOf(states) };
  }
}

/** What is taken of rows. */
interface TakenRows {
  /** Each has a number for each row. */
  readonly columns: readonly TypedArray[];
  readonly origin: Origin;
  /** The number of the query of each row, if rows are those of queries. */
  readonly queries: Float64Array | undefined;
}

/** Rows that were computed. */
export interface ComputedRows extends TakenRows {
  readonly count: number;
  /** The group of each row, if rows are grouped. */
  readonly groups: readonly string[] | undefined;
}

/** Takes rows into states. */
export class Taking {
  readonly #subject: Pick<Subject, "statistics" | "kinds">;
  readonly #mostGroups: number;
  /** The statistics of queries, whose rows may be in several groups. */
  readonly #whole: Group;
  /** The number of each group, by its name; "" if rows are not grouped. */
  readonly #numbers = new Map<string, number>();
  readonly #groups: Group[] = [];
  readonly #growing: Growing[] = [];
  /** The columns in the order of groups. */
  #sorted: TypedArray[] = [];

  constructor(subject: Pick<Subject, "statistics" | "kinds">, mostGroups: number) {
    this.#subject = subject;
    this.#mostGroups = mostGroups;
    this.#whole = new Group(subject.statistics.filter(({ kind }) => kind.takes === "queries"));
  }

  /** Throws `OutOfRangeError` if there are too many groups. */
  take(rows: ComputedRows): void {
    const { count, groups, origin, queries } = rows;
    if (groups === undefined) {
      this.#groups[this.#numberOf("")]!.add(rows, 0, count);
      return;
    }
    this.#whole.add(rows, 0, count);
    const { order, ends } = this.#orderByGroup(groups, count);
    const sorted: TakenRows = {
      columns: this.#sort(rows.columns, order),
      origin: {
        shards: namesInOrder(origin.shards, order),
        rows: numbersInOrder(origin.rows, order),
      },
      queries: queries === undefined ? undefined : numbersInOrder(queries, order),
    };
    for (const [group, end] of ends.entries()) {
      const from = group === 0 ? 0 : ends[group - 1]!;
      if (end > from) this.#groups[group]!.add(sorted, from, end);
    }
  }

  /** Moves to a store what has no room in memory, the largest first. */
  async spill(runs: RunStore): Promise<void> {
    let size = this.#growing.reduce((sum, own) => sum + own.size, 0);
    if (size <= limits.memory) return;
    for (const own of this.#growing.toSorted((left, right) => right.size - left.size)) {
      if (size <= limits.memory / 2) return;
      size -= own.size;
      await own.spill(runs);
    }
  }

  /** Removes what is in a store, if no states are taken. */
  async discard(): Promise<void> {
    for (const own of this.#growing) await own.discard();
  }

  /** The states of all rows, and those by group; no row is taken after that. */
  async states(
    runs: RunStore | undefined,
  ): Promise<{ readonly total: StatisticStates; readonly groups: ReadonlyMap<string, StatisticStates> }> {
    const { kinds } = this.#subject;
    const groups = new Map<string, StatisticStates>();
    for (const [name, number] of this.#numbers) groups.set(name, await this.#groups[number]!.states(runs));
    const nothing: StatisticStates = { rows: 0, states: await startedStates(kinds) };
    const total = await mergeStatistics([nothing, ...groups.values()], kinds, runs);
    if (this.#whole.isEmpty) return { total, groups };
    const { states } = await this.#whole.states(runs);
    return { total: { ...total, states: { ...total.states, ...states } }, groups };
  }

  /** The rows, those of each group beside each other, and where each group ends. */
  #orderByGroup(groups: readonly string[], count: number): { readonly order: Int32Array; readonly ends: Int32Array } {
    const numbers = new Int32Array(count);
    for (let row = 0; row < count; row++) numbers[row] = this.#numberOf(groups[row]!);
    const ends = new Int32Array(this.#groups.length);
    for (const number of numbers) ends[number]!++;
    for (let group = 1; group < ends.length; group++) ends[group]! += ends[group - 1]!;
    const next = ends.slice();
    const order = new Int32Array(count);
    // From behind, so that the rows of a group stay in their order.
    for (let row = count - 1; row >= 0; row--) order[--next[numbers[row]!]!] = row;
    return { order, ends };
  }

  #numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.#groups.length === this.#mostGroups) {
      throw new OutOfRangeError(
        `run: by must have at most ${this.#mostGroups} groups, got one more, ${JSON.stringify(name)}. maxGroups allows more.`,
      );
    }
    this.#numbers.set(name, this.#groups.length);
    const group = new Group(this.#subject.statistics);
    this.#growing.push(...group.growing);
    return this.#groups.push(group) - 1;
  }

  #sort(columns: readonly TypedArray[], order: Int32Array): readonly TypedArray[] {
    this.#sorted = columns.map((column, index) => {
      const target = this.#sorted[index] ?? column.slice();
      for (let place = 0; place < order.length; place++) target[place] = column[order[place]!]!;
      return target;
    });
    return this.#sorted;
  }
}

function numbersInOrder(values: ArrayLike<number>, order: Int32Array): Float64Array {
  const target = new Float64Array(order.length);
  for (let place = 0; place < order.length; place++) target[place] = values[order[place]!]!;
  return target;
}

function namesInOrder(values: ArrayLike<string>, order: Int32Array): readonly string[] {
  const target: string[] = [];
  for (let place = 0; place < order.length; place++) target.push(values[order[place]!]!);
  return target;
}
